"""The kinds of runs: for each an agent, what the user says, and what the model answers to each request."""

from agents import (
    Agent,
    ApplyPatchTool,
    CodeInterpreterTool,
    Computer,
    ComputerTool,
    CustomTool,
    FileSearchTool,
    HostedMCPTool,
    ImageGenerationTool,
    LocalShellTool,
    ShellCallOutcome,
    ShellCommandOutput,
    ShellResult,
    ShellTool,
    ToolOutputFileContent,
    ToolOutputImage,
    ToolOutputText,
    ToolSearchTool,
    WebSearchTool,
    function_tool,
    tool_namespace,
)
from pydantic import BaseModel


def said(text, id="msg_1", **more):
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {"id": id, "type": "message", "role": "assistant", "status": "completed", "content": [part], **more}


def called(name, arguments="{}", call="c1", **more):
    return {"type": "function_call", "id": f"fc_{call}", "call_id": call, "name": name, "arguments": arguments, "status": "completed", **more}


def thought(text="Ask.", **more):
    summary = [{"type": "summary_text", "text": text}] if text else []
    return {"id": "rs_1", "type": "reasoning", "summary": summary, **more}


@function_tool
def weather(city: str) -> str:
    """The weather."""
    return f"Sunny in {city}"


@function_tool
def numbers() -> list[int]:
    """Numbers."""
    return [1, 2]


@function_tool
def broken() -> str:
    """Never works."""
    raise ValueError("out of order")


@function_tool
def picture() -> ToolOutputImage:
    """A picture."""
    return ToolOutputImage(image_url="https://example.com/a.png", detail="low")


@function_tool
def several() -> list:
    """Texts, a picture and a file."""
    return [
        ToolOutputText(text="Here."),
        ToolOutputImage(file_id="file_1"),
        ToolOutputFileContent(file_data="data:text/plain;base64,AAAA", filename="a.txt"),
        ToolOutputFileContent(file_url="https://example.com/b.pdf"),
    ]


class Screen(Computer):
    environment = "browser"
    dimensions = (100, 100)

    def screenshot(self):
        return "AAAA"

    def _done(self, *_, **__):
        pass

    click = double_click = scroll = type = wait = move = keypress = drag = _done


class Editor:
    def create_file(self, operation):
        return f"made {operation.path}"

    def update_file(self, operation):
        return None

    def delete_file(self, operation):
        raise ValueError("kept")


class City(BaseModel):
    name: str
    large: bool


def run_shell(request):
    outputs = [
        ShellCommandOutput(command="ls", stdout="a\n", outcome=ShellCallOutcome(type="exit", exit_code=0)),
        ShellCommandOutput(command="sleep 9", stderr="", outcome=ShellCallOutcome(type="timeout")),
    ]
    return ShellResult(output=outputs, max_output_length=500)


def with_tools(*tools, **more):
    return Agent(name="A", model="gpt-5", tools=list(tools), **more)


async def custom(context, text):
    return f"ran {text}"


plain = with_tools()
image = {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AAAA"}
citation = {"type": "url_citation", "start_index": 0, "end_index": 4, "title": "T", "url": "https://example.com"}
cited = {"type": "output_text", "text": "Here.", "annotations": [citation], "logprobs": [{"token": "H", "bytes": [72], "logprob": -0.5, "top_logprobs": []}]}
helper = Agent(name="Helper", model="gpt-5", handoff_description="Helps.")
mcp = {"type": "mcp", "server_label": "files", "server_url": "https://example.com/mcp", "require_approval": "never"}
listed = {"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "files", "tools": [{"name": "read", "input_schema": {"type": "object"}, "annotations": None, "description": None}]}

KINDS = {
    "text": (plain, "Hi", [[said("Hello.")]]),
    "text, streamed": (plain, "Hi", [[said("Hello.")]]),
    "a phase, annotations and logprobs": (plain, "Hi", [[said("", content=[cited], phase="final_answer")]]),
    "a refusal": (plain, "Hi", [[said("", content=[{"type": "refusal", "refusal": "No."}])]]),
    "reasoning without a summary": (plain, "Hi", [[thought(""), said("Hello.")]]),
    "reasoning with all": (plain, "Hi", [[thought(encrypted_content="gAAA", content=[{"type": "reasoning_text", "text": "Hm."}], status="completed"), said("Hello.")]]),
    "images and files": (plain, [{"role": "user", "content": [image, {"type": "input_file", "file_id": "file_2"}, {"type": "input_text", "text": "What is it?"}]}], [[said("A cat.")]]),
    "messages of a program": (plain, [{"role": "developer", "content": "Be brief."}, {"role": "system", "content": "Be kind."}, {"role": "assistant", "content": "Yes?"}, {"role": "user", "content": "Hi"}], [[said("Hello.")]]),
    "a tool and reasoning": (with_tools(weather), "Weather?", [[thought(encrypted_content="gAAA"), called("weather", '{"city":"Oslo"}')], [said("Sunny.")]]),
    "a tool, streamed": (with_tools(weather), "Weather?", [[thought(), called("weather", '{"city":"Oslo"}')], [said("Sunny.")]]),
    "several tools at once": (with_tools(weather, numbers, broken), "Weather?", [[called("weather", '{"city":"Oslo"}'), called("numbers", call="c2"), called("broken", call="c3")], [said("Sunny.")]]),
    "a tool that gives a picture": (with_tools(picture), "Draw.", [[called("picture")], [said("There.")]]),
    "a tool that gives texts, pictures and files": (with_tools(several), "Draw.", [[called("several")], [said("There.")]]),
    "a tool of a namespace": (
        with_tools(ToolSearchTool(), *tool_namespace(name="sky", description="The sky.", tools=[function_tool(lambda: "blue", name_override="colour", description_override="Its colour.", defer_loading=True)])),
        "Which colour?",
        [
            [
                {"type": "tool_search_call", "id": "tsc_1", "call_id": None, "arguments": {"paths": ["sky"]}, "execution": "server", "status": "completed"},
                {"type": "tool_search_output", "id": "tso_1", "call_id": None, "execution": "server", "status": "completed", "tools": [{"type": "namespace", "name": "sky", "description": "The sky.", "tools": [{"type": "function", "name": "colour", "defer_loading": True, "parameters": {"type": "object", "properties": {}}, "strict": True}]}]},
                called("colour", namespace="sky"),
            ],
            [said("Blue.")],
        ],
    ),
    "a custom tool": (with_tools(CustomTool(name="run", description="Runs.", on_invoke_tool=custom)), "Run.", [[{"type": "custom_tool_call", "id": "ctc_1", "call_id": "c1", "name": "run", "input": "it"}], [said("Done.")]]),
    "an agent as a tool": (with_tools(plain.as_tool("ask", "Asks.")), "Ask.", [[called("ask", '{"input":"Hi"}')], [said("Hello.", id="msg_0")], [said("It said hello.")]]),
    "a handoff": (with_tools(handoffs=[helper]), "Help.", [[called("transfer_to_helper")], [said("How?")]]),
    "structured output": (with_tools(output_type=City), "A city?", [[said('{"name":"Oslo","large":false}')]]),
    "a search of the web": (
        with_tools(WebSearchTool()),
        "Search.",
        [[{"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q", "queries": ["q"], "sources": [{"type": "url", "url": "https://example.com"}]}}, said("Found.")]],
    ),
    "a search of files": (
        with_tools(FileSearchTool(vector_store_ids=["vs_1"], include_search_results=True)),
        "Search.",
        [[{"type": "file_search_call", "id": "fs_1", "status": "completed", "queries": ["q"], "results": [{"file_id": "file_1", "filename": "a.txt", "score": 0.5, "text": "x", "attributes": {"year": 2024}}]}, said("Found.")]],
    ),
    "a code interpreter": (
        with_tools(CodeInterpreterTool({"type": "code_interpreter", "container": {"type": "auto"}})),
        "Compute.",
        [[{"type": "code_interpreter_call", "id": "ci_1", "status": "completed", "code": "1+1", "container_id": "cntr_1", "outputs": [{"type": "logs", "logs": "2"}]}, said("2")]],
    ),
    "a generated image": (
        with_tools(ImageGenerationTool({"type": "image_generation"})),
        "Draw.",
        [[{"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "AAAA"}, said("There.")]],
    ),
    "a hosted MCP server": (
        with_tools(HostedMCPTool(mcp)),
        "Read.",
        [[listed, {"id": "mcp_1", "type": "mcp_call", "server_label": "files", "name": "read", "arguments": "{}", "output": "x", "error": None, "status": "completed"}, said("x")]],
    ),
    "an approval for a hosted MCP server": (
        with_tools(HostedMCPTool({**mcp, "require_approval": "always"}, on_approval_request=lambda request: {"approve": False, "reason": "not now"})),
        "Read.",
        [[listed, {"id": "mcpr_1", "type": "mcp_approval_request", "server_label": "files", "name": "read", "arguments": "{}"}], [said("I may not.")]],
    ),
    "a computer": (
        with_tools(ComputerTool(Screen(), on_safety_check=lambda data: True)),
        "Click.",
        [
            [{"type": "computer_call", "id": "cu_1", "call_id": "c1", "status": "completed", "action": {"type": "click", "x": 1, "y": 2, "button": "left"}, "pending_safety_checks": [{"id": "sc_1", "code": "malicious", "message": "Careful."}]}],
            [said("Clicked.")],
        ],
    ),
    "a local shell": (
        with_tools(LocalShellTool(executor=lambda request: "a\n")),
        "List.",
        [[{"type": "local_shell_call", "id": "ls_1", "call_id": "c1", "status": "completed", "action": {"type": "exec", "command": ["ls"], "env": {"HOME": "/"}}}], [said("a")]],
    ),
    "a shell": (
        with_tools(ShellTool(executor=run_shell)),
        "List.",
        [[{"type": "shell_call", "id": "sh_1", "call_id": "c1", "status": "completed", "action": {"commands": ["ls", "sleep 9"], "timeout_ms": 100, "max_output_length": 500}, "environment": {"type": "local"}}], [said("a")]],
    ),
    "patches": (
        with_tools(ApplyPatchTool(editor=Editor())),
        "Patch.",
        [
            [
                {"type": "apply_patch_call", "id": "ap_1", "call_id": "c1", "status": "completed", "operation": {"type": "create_file", "path": "a", "diff": "+a"}},
                {"type": "apply_patch_call", "id": "ap_2", "call_id": "c2", "status": "completed", "operation": {"type": "delete_file", "path": "b"}},
            ],
            [said("Patched.")],
        ],
    ),
    "what was compacted": (plain, "Hi", [[{"type": "compaction", "id": "cmp_1", "encrypted_content": "gAAA"}, said("Hello.")]]),
}
