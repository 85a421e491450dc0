# SPDX-License-Identifier: MIT
# serve.py FOLDER [CERTIFICATE KEY]: a web server for tests of downloads, on a free port of this machine.
# Prints the port; then each request, with its status. Files have an ETag.
#   /to?URL       redirects there
#   /endless      sends bytes until nobody reads them
import hashlib
import http.server
import os
import ssl
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, headers=(), body=b""):
        print(status, self.path, flush=True)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def endless(self):
        print(200, self.path, flush=True)
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"{" * 65536)
        except OSError:
            self.close_connection = True

    def do_GET(self):
        if self.path.startswith("/to?"):
            self.answer(302, [("Location", self.path[4:])])
            return
        if self.path == "/endless":
            self.endless()
            return
        try:
            with open(os.path.join(sys.argv[1], os.path.basename(self.path.split("?")[0])), "rb") as file:
                body = file.read()
        except OSError:
            self.answer(404)
            return
        tag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        if self.headers.get("If-None-Match") == tag:
            self.answer(304, [("ETag", tag)])
        else:
            self.answer(200, [("ETag", tag)], body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
