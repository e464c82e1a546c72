"""Leads every connection to a port of a network interface to the same port of loopback, until it is ended. Linux only.

usage: forward.py INTERFACE PORT...

Prints the interface's address when it listens there. Exit code 1 where there is no such interface.
"""

import asyncio
import fcntl
import socket
import struct
import sys

LOOPBACK = "127.0.0.1"
# The request for an interface's address, and where in its answer the four bytes are: netdevice(7).
SIOCGIFADDR = 0x8915
ADDRESS = slice(20, 24)


def address_of(interface):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anyone:
        request = struct.pack("256s", interface.encode()[:15])
        return socket.inet_ntoa(fcntl.ioctl(anyone, SIOCGIFADDR, request)[ADDRESS])


async def copy(reader, writer):
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        # Either side may go when it likes; the other is closed then.
        pass
    finally:
        writer.close()


async def listen(address, port):
    async def lead(reader, writer):
        try:
            back_reader, back_writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(copy(reader, back_writer), copy(back_reader, writer))

    return await asyncio.start_server(lead, address, port)


async def main(interface, ports):
    address = address_of(interface)
    servers = [await listen(address, port) for port in ports]
    print(address, flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1], [int(port) for port in sys.argv[2:]]))
    except OSError as error:
        sys.exit(f"forward: {error}")
