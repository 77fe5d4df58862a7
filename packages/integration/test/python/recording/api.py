"""A Responses API that gives the answers that it was told to give, and keeps what it was sent."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Api:
    def __init__(self):
        self.answers = []
        self.inputs = []
        handler = type("Handler", (Handler,), {"api": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    api: Api

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        given = request["input"]
        self.api.inputs.append([{"role": "user", "content": given}] if isinstance(given, str) else given)
        response = response_of(self.api.answers.pop(0), len(self.api.inputs))
        if request.get("stream"):
            events = [{"type": "response.created", "response": {**response, "output": [], "status": "in_progress"}}]
            for index, item in enumerate(response["output"]):
                events.append({"type": "response.output_item.done", "output_index": index, "item": item})
            events.append({"type": "response.completed", "response": response})
            lines = (
                f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n"
                for number, event in enumerate(events)
            )
            self.reply("text/event-stream", "".join(lines))
        else:
            self.reply("application/json", json.dumps(response))

    def reply(self, kind, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def response_of(output, number):
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 1_700_000_000,
        "model": "gpt-5",
        "status": "completed",
        "output": output,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": 10,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 5,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 15,
        },
    }
