#!/usr/bin/env python3
"""CPU of a call by aiohttp, for client_bench: the same body to the same server, as a user of aiohttp sends it.

  client_aiohttp.py URL BODY_BYTES CALLS CONCURRENCY

Needs Debian's python3-aiohttp; run it with /usr/bin/python3.
"""
import asyncio
import resource
import sys
import time

import aiohttp


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def call(session, gate, url, image):
    async with gate:
        body = {"model": "m", "messages": [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64," + image}},
            {"type": "text", "text": "What is in the picture?"}]}]}
        async with session.post(url, json=body, headers={"Authorization": "Bearer sk-bench"}) as reply:
            answer = await reply.json()
            return reply.status == 200 and "choices" in answer


async def main(url, size, calls, concurrency):
    gate = asyncio.Semaphore(concurrency)
    image = "A" * max(size - 200, 1)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        cpu, wall = cpu_seconds(), time.monotonic()
        good = sum(await asyncio.gather(*(call(session, gate, url, image) for _ in range(calls))))
        cpu, wall = cpu_seconds() - cpu, time.monotonic() - wall
    print(f"aiohttp {size:7} bytes, concurrency {concurrency:3}: {cpu * 1000 / calls:.4f} ms CPU a call, "
          f"{calls / wall:.0f} calls/s, {good} of {calls} good")


asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:5])))
