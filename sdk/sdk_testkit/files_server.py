"""A small files API for tests: the buckets contract over a Unix socket, objects in a dictionary.

`flaky` is a list of faults taken one per request: "refuse" closes the connection unanswered, "busy" answers 503,
"cut" sends half of the body, "lost" does the work and closes before the answer. Copies of more than `at_once` bytes and
deletions of more than three objects become tasks, which end with the next look at them, or fail with `failure`.
"""

import json
import re
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "a-token"  # noqa: S105
PROJECT = "project0"


class FilesServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path, buckets=("b",)):
        self.objects = {name: {} for name in buckets}
        self.flaky = []
        self.requests = []
        self.largest_body = 0
        self.at_once = 1 << 20
        self.failure = None
        self.tasks = []
        super().__init__(str(path), Handler)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def handle_error(self, request, client_address):
        pass

    def close(self):
        self.shutdown()
        self.server_close()
        self.thread.join()

    def put(self, bucket, key, data):
        self.objects[bucket][key] = (data, int(time.time() * 1000), f'"{hash((key, data)) & 0xFFFFFFFF:x}"')


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = False
    wbufsize = -1

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", headers=None):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        if self.fault == "lost":
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if not (headers and "Content-Length" in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            if self.fault == "cut" and len(body) > 1:
                body, self.close_connection = body[: len(body) // 2], True
            self.wfile.write(body)
        self.wfile.flush()

    def missing(self, code, message):
        self.reply(404, {"error_code": code, "error_msg": message})

    def handle_request(self):
        self.fault = self.server.flaky.pop(0) if self.server.flaky else None
        url = urlsplit(self.path)
        self.server.requests.append((self.command, url.path))
        if self.fault == "refuse":
            self.close_connection = True
            return None
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.fault == "busy":
            return self.reply(503, {"error_code": "ModelArts.0108", "error_msg": "restarting"})
        if self.headers.get("X-Auth-Token") != TOKEN:
            return self.reply(401, {"error_code": "APIG.0301", "error_msg": "Incorrect token."})
        match = re.fullmatch(rf"/v1/{PROJECT}/buckets/([^/]+)/(objects|copy|delete|tasks)(?:/(.*))?", url.path)
        if not match:
            return self.reply(404, {"error_code": "x", "error_msg": f"no route {url.path}"})
        bucket, kind, key = unquote(match[1]), match[2], unquote(match[3] or "")
        objects = self.server.objects.get(bucket)
        if objects is None:
            return self.missing("ModelArts.4405", f"The bucket '{bucket}' does not exist.")
        query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        if kind == "objects" and not key:
            return self.listing(objects, query)
        return getattr(self, f"{kind}_{self.command}".lower())(bucket, objects, key, body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_request  # noqa: N815

    def listing(self, objects, query):
        prefix, after, limit = query.get("prefix", ""), query.get("after", ""), int(query.get("limit", 1000))
        names = {}
        for key in objects:
            if not key.startswith(prefix):
                continue
            cut = key.find("/", len(prefix))
            folded = query.get("delimited") == "true" and cut >= 0 and key != prefix
            names[key[: cut + 1] if folded else key] = folded
        page = sorted((name for name in names if name > after), key=str.encode)
        more, page = len(page) > limit, page[:limit]
        self.reply(
            200,
            {
                "objects": [self.info(objects, name) for name in page if not names[name]],
                "prefixes": [name for name in page if names[name]],
                "next_after": page[-1] if more else None,
            },
        )

    def info(self, objects, key):
        data, modified, etag = objects[key]
        return {"key": key, "size": len(data), "last_modified": modified, "etag": etag}

    def objects_get(self, bucket, objects, key, body):
        if key not in objects:
            return self.missing("ModelArts.4404", f"The object '{key}' does not exist.")
        data, _, etag = objects[key]
        headers = {"ETag": etag}
        if wanted := self.headers.get("Range"):
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
            if start >= len(data):
                return self.reply(416, b"", {"Content-Range": f"bytes */{len(data)}"})
            return self.reply(206, data[start:], headers)
        return self.reply(200, data, headers)

    def objects_head(self, bucket, objects, key, body):
        if key not in objects:
            return self.reply(404)
        return self.reply(200, b"", {"Content-Length": str(len(objects[key][0])), "ETag": objects[key][2]})

    def objects_put(self, bucket, objects, key, body):
        self.server.put(bucket, key, body)
        self.server.largest_body = max(self.server.largest_body, len(body))
        self.reply(200, self.info(objects, key))

    def objects_delete(self, bucket, objects, key, body):
        objects.pop(key, None)
        self.reply(204)

    def delete_post(self, bucket, objects, key, body):
        wanted = json.loads(body)
        keys = wanted.get("keys") or [each for each in objects if each.startswith(wanted["prefix"])]

        def delete():
            for each in keys:
                objects.pop(each, None)
            return {"deleted": len(keys)}

        self.done(delete, later="prefix" in wanted and len(keys) > 3)

    def done(self, deed, *, later):
        """Do it and say so, or when the task is looked at for the second time."""
        if later:
            self.server.tasks.append([deed, "waiting"])
            return self.reply(202, {"task_id": str(len(self.server.tasks) - 1)})
        return self.reply(200, deed())

    def tasks_get(self, bucket, objects, key, body):
        deed, state = task = self.server.tasks[int(key)]
        told = {"task_id": key, "state": state, "error_code": "", "error_msg": ""}
        if state == "waiting":
            task[1] = "succeeded"
            if self.server.failure:
                task[1] = "failed"
            else:
                deed()
        if state == "failed":
            told["error_code"], told["error_msg"] = self.server.failure
        return self.reply(200, told)

    def copy_post(self, bucket, objects, key, body):
        wanted = json.loads(body)
        if wanted["source"] not in objects:
            return self.missing("ModelArts.4404", f"The object '{wanted['source']}' does not exist.")
        target = wanted.get("target_bucket", bucket)

        def copy():
            self.server.put(target, wanted["target"], objects[wanted["source"]][0])
            if wanted.get("move"):
                del objects[wanted["source"]]
            return self.info(self.server.objects[target], wanted["target"])

        return self.done(copy, later=len(objects[wanted["source"]][0]) > self.server.at_once)
