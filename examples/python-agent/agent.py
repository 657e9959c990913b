#!/usr/bin/env python3
"""A small agent over five MCP servers, with nothing but Python's standard library.

    agent.py [--index NAME]

The servers are those of the JSON file that WIRETAPE_MCP_CONFIG names, in the shape that hosts
share: {"mcpServers": {"desk": {"command": "...", "args": [...]}, ...}}.

It files what lies on a desk: reads every letter, remembers the letters and who wrote them, keeps a
copy in the archive, counts the words, and leaves an index. Where a real agent asks its model what
to do next, this one knows.
"""

import argparse
import asyncio
import json
import os
import re


class Server:
    """One MCP server over stdio: requests go out, answers come back by their id."""

    def __init__(self, name, process):
        self.name = name
        self.process = process
        self.last_id = 0
        self.waiting = {}
        self.reading = asyncio.ensure_future(self.read())

    @classmethod
    async def start(cls, name, command, args=(), env=None):
        process = await asyncio.create_subprocess_exec(
            command,
            *args,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **(env or {})},
            limit=1 << 24,
        )
        server = cls(name, process)
        await server.request(
            "initialize",
            protocolVersion="2025-11-25",
            capabilities={},
            clientInfo={"name": "desk-agent", "version": "1.0.0"},
        )
        server.send(method="notifications/initialized")
        return server

    async def read(self):
        while line := await self.process.stdout.readline():
            message = json.loads(line)
            future = self.waiting.pop(message.get("id"), None)
            if future and "method" not in message:
                future.set_result(message)
        for future in self.waiting.values():
            future.set_exception(ConnectionError(f"{self.name} is gone"))

    def send(self, **message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    async def request(self, method, **params):
        self.last_id += 1
        answer = self.waiting[self.last_id] = asyncio.get_running_loop().create_future()
        self.send(id=self.last_id, method=method, params=params)
        message = await answer
        if "error" in message:
            raise RuntimeError(f"{self.name}: {message['error']['message']}")
        return message["result"]

    async def call(self, tool, **arguments):
        """The text that a tool answers with."""
        result = await self.request("tools/call", name=tool, arguments=arguments)
        text = result["content"][0]["text"]
        if result.get("isError"):
            raise RuntimeError(f"{self.name} {tool}: {text}")
        return text

    async def close(self):
        self.process.stdin.close()
        await self.process.wait()
        await self.reading


async def file_letters(servers, index):
    desk, archive, letters, people, tools = servers
    listing = await desk.call("list_directory", path=".")
    names = re.findall(r"^\[FILE\] (.+\.md)$", listing, re.MULTILINE)
    texts = await asyncio.gather(*(desk.call("read_text_file", path=name) for name in names))

    # Three servers at once: what one of them answers first is a race, and stands in the recording.
    lines = []
    for name, text in zip(names, texts):
        writer = text.split()[-1]
        words = len(text.split())
        _, _, _, counted = await asyncio.gather(
            letters.call("create_entities", entities=[entity(name, "letter", text.strip())]),
            people.call("create_entities", entities=[entity(writer, "person", f"wrote {name}")]),
            archive.call("write_file", path=name, content=text),
            tools.call("get-sum", a=words, b=0),
        )
        lines.append(f"{name} by {writer}: {counted}")
    known = json.loads(await people.call("read_graph"))["entities"]
    lines.append("known: " + ", ".join(person["name"] for person in known))
    await desk.call("write_file", path=index, content="\n".join(lines) + "\n")
    return lines


def entity(name, kind, observation):
    return {"name": name, "entityType": kind, "observations": [observation]}


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--index", default="index.txt", help="the file that the index goes to")
    index = parser.parse_args().index
    with open(os.environ["WIRETAPE_MCP_CONFIG"], encoding="utf-8") as file:
        config = json.load(file)["mcpServers"]
    names = ["desk", "archive", "letters", "people", "tools"]
    servers = await asyncio.gather(*(Server.start(name, **config[name]) for name in names))
    try:
        print("\n".join(await file_letters(servers, index)))
    finally:
        await asyncio.gather(*(server.close() for server in servers))


asyncio.run(main())
