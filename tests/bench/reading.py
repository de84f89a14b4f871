"""What the benches share: a port that is free, and a reader who asks for the river all the while."""
import http.client
import socket
import threading
import time


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Reader(threading.Thread):
    """Asks for the river at `port` every `pause` seconds, and notes how long each answer took and what failed."""

    def __init__(self, port, pause=0.1):
        super().__init__(daemon=True)
        self.port, self.pause, self.waits, self.failed, self.ends = port, pause, [], [], False

    def run(self):
        while not self.ends:
            begun = time.perf_counter()
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                connection.request("GET", "/river.atom", headers={"Accept-Encoding": "gzip"})
                answer = connection.getresponse()
                answer.read()
                connection.close()
                if answer.status != 200:
                    self.failed.append(str(answer.status))
            except OSError as error:
                self.failed.append(str(error))
            self.waits.append(time.perf_counter() - begun)
            time.sleep(self.pause)

    def wait(self, part):
        """So many in a hundred, as a part of 1, were answered within so many milliseconds."""
        waits = sorted(self.waits) or [0.0]
        return waits[min(len(waits) - 1, int(len(waits) * part))] * 1000
