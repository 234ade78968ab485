#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""slow_socket.py FRONT BACK FILE - a unix socket, or ADDRESS:PORT, before a unix socket; bytes wait as many milliseconds as FILE says.

Between the program and MariaDB: each piece of an answer is held back.  "cut" in FILE: no answer passes until it changes;
"commit": the next COMMIT goes through, its answer and all after it do not.
"""

import contextlib
import os
import pathlib
import socket
import sys
import threading
import time

PIECE, LOOK_S = 65536, 0.02
COMMIT = b"\x07\0\0\0\x03COMMIT"  # a COM_QUERY; the word alone is in texts that are prepared, too


class Delay:
    """What FILE says, looked at each 20 ms."""

    def __init__(self, path):
        self.path, self.ms, self.armed, self.fired = pathlib.Path(path), 0.0, False, False
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while True:
            with contextlib.suppress(OSError, ValueError):
                text = self.path.read_text().strip()
                self.armed = text == "commit"
                self.fired = self.fired and self.armed
                cut = text == "cut" or self.fired
                self.ms = float("inf") if cut else 0 if self.armed else float(text or 0)
            time.sleep(LOOK_S)

    def asked(self, piece):
        if self.armed and COMMIT in piece:
            self.fired, self.ms = True, float("inf")

    def wait(self, _):
        began = time.monotonic()
        while (time.monotonic() - began) * 1000 < self.ms:
            time.sleep(min(LOOK_S, max(self.ms / 1000 - (time.monotonic() - began), 0.001)))


def pump(source, sink, before):
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            before(piece)
            sink.sendall(piece)
    for s in (source, sink):
        with contextlib.suppress(OSError):
            s.shutdown(socket.SHUT_RDWR)


def serve(client, back, delay):
    with client, socket.socket(socket.AF_UNIX) as server:
        try:
            server.connect(back)
        except OSError:
            return
        threading.Thread(target=pump, args=(client, server, delay.asked), daemon=True).start()
        pump(server, client, delay.wait)


def main():
    front, back, file = sys.argv[1:]
    delay = Delay(file)
    with contextlib.suppress(OSError):
        os.unlink(front)
    address, _, port = front.rpartition(":")
    with socket.socket(socket.AF_INET if address else socket.AF_UNIX) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, int(port)) if address else front)
        listener.listen(256)
        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, args=(client, back, delay), daemon=True).start()


if __name__ == "__main__":
    main()
