"""A browser without a window, driven by the DevTools protocol over two pipes: no library, no port."""
import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile

from weir_nodes import PATIENCE, wait_until

FAR = 50  # a number that is not 3 or 4
NAMES = ["chromium-headless-shell", "/usr/lib/chromium/chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]


def find_browser():
    """Its path, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """One page. What the page complains of is in `complaints`."""

    def __init__(self, path, width=1280, height=900):
        self.home = tempfile.mkdtemp(prefix="weir-browser-")
        self.number, self.rest, self.complaints, self.answers = 0, b"", [], {}
        their_ends = self.open_pipes()
        # It reads commands at 3 and answers at 4; sh would know numbers of one digit only.
        moved = ["bash", "-c", f'exec "$0" "$@" 3<&{their_ends[0]} 4>&{their_ends[1]}', path]
        self.child = subprocess.Popen(
            [*moved, "--headless", "--hide-scrollbars", "--no-sandbox", "--no-zygote", "--disable-gpu", "--disable-dev-shm-usage",
             "--remote-debugging-pipe", f"--user-data-dir={self.home}", f"--window-size={width},{height}"],
            pass_fds=their_ends, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for end in their_ends:
            os.close(end)
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def open_pipes(self):
        """Returns the browser's ends, whose numbers are not in the way of 3 and 4."""
        their_in, self.to = os.pipe()
        self.answered, their_out = os.pipe()
        far = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, FAR) for end in (their_in, their_out)]
        os.close(their_in)
        os.close(their_out)
        return far

    def close(self):
        os.close(self.to)
        self.child.kill()
        self.child.wait()
        os.close(self.answered)
        shutil.rmtree(self.home, ignore_errors=True)

    def call(self, method, **parameters):
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        wait_until(lambda: self.hear(0.05) or number in self.answers, f"the browser's answer to {method}")
        answer = self.answers.pop(number)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def hear(self, seconds=0.0):
        """Takes what has come."""
        while select.select([self.answered], [], [], seconds)[0]:
            came = os.read(self.answered, 1 << 20)
            if not came:
                raise AssertionError("the browser has ended")
            *messages, self.rest = (self.rest + came).split(b"\0")
            for message in messages:
                self.take(json.loads(message))
            seconds = 0.0

    def take(self, message):
        if "id" in message:
            self.answers[message["id"]] = message
        elif message["method"] == "Runtime.exceptionThrown":
            self.complaints.append(str(message["params"]["exceptionDetails"]))
        elif message["method"] == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            entry = message["params"]["entry"]
            self.complaints.append(entry["text"] + " " + entry.get("url", ""))
        elif message["method"] == "Runtime.consoleAPICalled" and message["params"]["type"] in ("error", "warning", "assert"):
            self.complaints.append(str(message["params"]["args"]))

    def open(self, url):
        self.call("Page.navigate", url=url)

    def resize(self, width, height=900):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, scheme):
        """"light" or "dark", as the system would have it."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path):
        """All of the page, as PNG."""
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        with open(path, "wb") as f:
            f.write(base64.b64decode(taken["data"]))

    def value(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def text(self, selector):
        """Of the first that fits, as it is shown; empty if there is none."""
        return self.value(f"(e => e ? e.innerText ?? e.textContent : '')(document.querySelector({json.dumps(selector)}))")

    def wait_text(self, selector, words, patience=None):
        wait_until(lambda: words in self.text(selector), lambda: f"{words!r} in {selector}: {self.text(selector)!r}; {self.complaints}",
                   patience or PATIENCE)
