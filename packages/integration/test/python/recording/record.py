"""Runs the runner of the OpenAI Agents SDK for Python with a model that is told what to say, and writes what its session stores as JSON.

For each kind of run: the texts that SQLiteSession stores, and what a further run ("And now?") sends of them to the API. Nothing in it depends on the
time or the machine.
"""

import asyncio
import json
import logging
import sqlite3
import sys
import tempfile
from pathlib import Path

from agents import ModelRefusalError, OpenAIResponsesModel, RunConfig, Runner, SQLiteSession, set_tracing_disabled
from api import Api
from kinds import KINDS, said
from openai import AsyncOpenAI


class Provider:
    def __init__(self, client):
        self.model = OpenAIResponsesModel("gpt-5", client)

    def get_model(self, name):
        return self.model

    async def aclose(self):
        pass


async def record(kind, agent, said_by_user, answers, api, config, path):
    session = SQLiteSession(kind, path)
    api.answers[:] = [*answers]
    if kind.endswith("streamed"):
        result = Runner.run_streamed(agent, said_by_user, session=session, run_config=config)
        async for _ in result.stream_events():
            pass
    else:
        try:
            await Runner.run(agent, said_by_user, session=session, run_config=config)
        except ModelRefusalError:
            pass  # It is stored nevertheless.
    assert not api.answers, f"{kind}: {len(api.answers)} answers were not asked for"
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id", (kind,))
    stored = [text for (text,) in rows]
    connection.close()
    api.answers[:] = [[said("Done.", id="msg_9")]]
    agent.output_type = None
    await Runner.run(agent, "And now?", session=session, run_config=config)
    session.close()
    return {"stored": stored, "sent": api.inputs[-1]}


async def main(target):
    # A tool that fails is one of the kinds.
    logging.getLogger("openai.agents").setLevel(logging.CRITICAL)
    set_tracing_disabled(True)
    api = Api()
    client = AsyncOpenAI(api_key="none", base_url=api.base_url)
    config = RunConfig(model_provider=Provider(client), tracing_disabled=True)
    kinds = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, (agent, said_by_user, answers) in KINDS.items():
            kinds[kind] = await record(kind, agent, said_by_user, answers, api, config, Path(folder) / "agents.db")
    Path(target).write_text(json.dumps({"version": sys.argv[2], "kinds": kinds}, indent=1) + "\n")


asyncio.run(main(sys.argv[1]))
