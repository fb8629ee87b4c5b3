"""A service whose one instance is a thread of the test: it answers with any bytes, and keeps what it was sent."""

import socket
import threading

from tests.running import Live

from maquette.inference.sockets import socket_folder
from maquette.inference.tables import READY, RUNNING, Instance, Service
from maquette.kit.ids import new_id, new_uuid


class Impostor:
    """`answer` is what every connection is sent once a whole head has come; None keeps silent. `connections` counts."""

    def __init__(self, live: Live, name: str = "impostor", workspace_id: str = "0") -> None:
        self.live = live
        self.answer: bytes | None = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        self.heads: list[bytes] = []
        self.hold_open = False
        self.connections = 0
        self.instance_id = new_id()
        with live.database.write() as session:
            row = Service(
                id=new_uuid(),
                name=name,
                project_id=live.api.project_id,
                workspace_id=workspace_id,
                owner_id="nobody",
                owner_name="nobody",
                config=[],
                live_revision=1,
                status=RUNNING,
            )
            session.add(row)
            session.flush()
            instance = Instance(id=self.instance_id, service_id=row.id, revision=1, position=0, weight=100, deadline=0)
            instance.model_id, instance.state = "", READY
            session.add(instance)
            self.id = row.id
        self.folder = socket_folder(live.settings, self.instance_id)
        self.folder.mkdir(parents=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / "s"))
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"/v1/infers/{self.live.api.project_id}/{self.id}"

    def become(self, state: str) -> None:
        """Put the instance into a state, as the keeper would."""
        with self.live.database.write() as session:
            session.get_one(Instance, self.instance_id).state = state

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            said = b""
            while chunk := connection.recv(65536):
                said += chunk
                if b"\r\n\r\n" not in said:
                    continue
                self.heads.append(said.partition(b"\r\n\r\n")[0])
                said = b""
                if self.answer is None:
                    continue
                try:
                    connection.sendall(self.answer)
                except OSError:
                    return
                if not self.hold_open:
                    return
