"""Settings: from flags, then the environment (`MAQUETTE_*`), then `<home>/maquette.toml`, then these defaults."""

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


def default_home() -> Path:
    return Path(os.environ.get("MAQUETTE_HOME") or Path.home() / ".maquette")


class Settings(BaseSettings):
    """Everything an administrator may set. Sizes are bytes, times seconds."""

    model_config = SettingsConfigDict(env_prefix="MAQUETTE_", extra="ignore")

    home: Path = Field(default_factory=default_home)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    database_url: str = Field(default="", description="empty: SQLite under the home")
    admin_password: SecretStr | None = None
    allowed_hosts: list[str] = Field(default=[], description="names, besides loopback and `host`, we answer to")
    public_url: str = Field(default="", description="where browsers reach us, when not at host:port")

    body_limit: int = 16 << 20
    object_limit: int = 5 << 40
    upload_chunk: int = 8 << 20
    free_space_reserve: int = Field(default=64 << 20, description="refuse uploads that would leave less than this")
    private_endpoints: bool = Field(
        default=True, description="S3 services may be in private networks; false: only public ones, over https"
    )
    archive_bytes: int = 50 << 30
    archive_files: int = 1_000_000
    image_bytes: int = 25 << 20
    sample_bytes: int = Field(default=5 << 30, description="the largest file of a sample that is no image")
    text_line_bytes: int = Field(default=100 << 10, description="the longest line of a text file")
    text_bytes: int = Field(default=2 << 20, description="the longest text of a manifest's content://")
    manifest_bytes: int = 5 << 30
    annotation_bytes: int = Field(default=100 << 20, description="the largest file of annotations in one document")
    thumbnail_cache: int = Field(default=2 << 30, ge=0, description="what thumbnails kept on disk may take together")
    package_bytes: int = Field(default=20 << 30, description="the largest model package")
    package_files: int = 10_000
    label_name_pattern: str = Field(default="", description="an extra rule for label names, such as the guide's own")

    token_hours: float = 24
    session_hours: float = 24
    prediction_timeout: float = 40
    sandbox: str = Field(default="auto", pattern="^(auto|bubblewrap|process)$")
    jobs_without_sandbox: str = Field(default="administrators", pattern="^(administrators|everyone)$")
    job_python: Path = Path(sys.executable)
    job_network: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        home = Path(init_settings().get("home") or default_home())
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, home / "maquette.toml")

    def model_post_init(self, context: Any) -> None:
        self.home = self.home.expanduser().absolute()
        # Normal, but with its links as they are: a virtual environment is known by the link it is started through.
        self.job_python = Path(os.path.normpath(self.job_python.expanduser().absolute()))

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'maquette.db'}"

    @property
    def buckets_dir(self) -> Path:
        return self.home / "buckets"

    @property
    def jobs_dir(self) -> Path:
        return self.home / "jobs"

    @property
    def models_dir(self) -> Path:
        return self.home / "models"

    @property
    def uploads_dir(self) -> Path:
        return self.home / "uploads"

    @property
    def cache_dir(self) -> Path:
        return self.home / "cache"

    @property
    def runtime_dir(self) -> Path:
        """Where sockets lie: a short path outside the home, private to this user and this home."""
        mark = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
        return Path(base) / f"maquette-{os.getuid()}-{mark}"

    @property
    def worker_socket(self) -> Path:
        return self.runtime_dir / "worker.sock"

    @property
    def workload_socket(self) -> Path:
        """The API as workloads reach it; its folder is what a sandbox mounts, so that a restart keeps it valid."""
        return self.runtime_dir / "api" / "api.sock"

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def logs_dir(self) -> Path:
        return self.home / "logs"

    def prepare(self) -> None:
        """Make the home and the runtime directory, private to their owner."""
        content = (self.buckets_dir, self.jobs_dir, self.uploads_dir, self.models_dir, self.cache_dir, self.logs_dir)
        for path in (self.home, *content):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.runtime_dir.mkdir(exist_ok=True, mode=0o700)
        if self.runtime_dir.is_symlink() or self.runtime_dir.stat().st_uid != os.getuid():
            raise PermissionError(f"{self.runtime_dir} belongs to somebody else; remove it or set XDG_RUNTIME_DIR.")
        # Shown inside sandboxes, whose user is another: reachable there, while the folder above keeps others out.
        self.workload_socket.parent.mkdir(exist_ok=True)
        self.workload_socket.parent.chmod(0o755)
