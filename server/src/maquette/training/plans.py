"""From a v1 job's config to what will really run: engine, flavor, addresses, parameters, checked one by one.

The addresses are looked up in their buckets before anything is created, outside any transaction.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from maquette.buckets import Stores, open_url
from maquette.datasets import find_dataset, find_version
from maquette.datasets.versions import READY
from maquette.db import Database
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid, NotFound
from maquette.pools import find_flavor
from maquette.pools.flavors import PUBLIC_POOL
from maquette.storage import ObjectMissing, obs_url, parse_obs_url
from maquette.training.errors import not_here
from maquette.training.frameworks import find_framework
from maquette.training.schemas import JobConfig, Parameter


@dataclass(frozen=True, slots=True)
class Site:
    """Where we are: what every check needs of this installation. `devices`: whether workloads reach the GPUs."""

    settings: Settings
    database: Database
    stores: Stores
    devices: bool = False


@dataclass(slots=True)
class Input:
    """One source of data. `url` is what the job gets: the user's address, or the manifest of a dataset version."""

    url: str
    dataset_id: str = ""
    dataset_name: str = ""
    version_id: str = ""
    version_name: str = ""


@dataclass(slots=True)
class Plan:
    """What a version runs, in plain JSON types: it is stored with the version."""

    engine_id: int
    engine_name: str
    engine_version: str
    flavor: str
    code_dir: str
    boot_file: str
    train_url: str
    log_url: str
    parameters: list[dict[str, str]]
    inputs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def make_plan(site: Site, actor: Actor, config: JobConfig) -> Plan:
    """Check everything a config names; raises Invalid or NotFound with the first thing that is wrong."""
    _refuse_what_we_lack(config)
    if config.engine_id is None:
        raise Invalid("engine_id is missing. See /job/ai-engines for what there is.")
    framework = find_framework(site.settings, config.engine_id)
    flavor = find_flavor(config.spec_id, devices=site.devices)
    plan = Plan(
        engine_id=framework.id,
        engine_name=framework.name,
        engine_version=framework.version,
        flavor=flavor.code,
        code_dir=_folder(config.app_url, "app_url"),
        boot_file=_address(config.boot_file_url, "boot_file_url"),
        train_url=_folder(config.train_url, "train_url") if config.train_url else "",
        log_url=_folder(config.log_url, "log_url") if config.log_url else "",
        parameters=[{"name": each.label, "value": _value(each)} for each in config.parameter],
    )
    _check_code(site, actor, plan)
    for url in filter(None, (plan.train_url, plan.log_url)):
        open_url(site.database, site.stores, actor, url)
    plan.inputs = [asdict(each) for each in _inputs(site, actor, config)]
    return plan


def _refuse_what_we_lack(config: JobConfig) -> None:
    if config.user_image_url or config.user_command:
        raise not_here("A custom image (user_image_url, user_command)", "Use an engine and a boot file instead.")
    if config.volumes:
        raise not_here("A volume", "Copy the data into a bucket, and name that in data_url.")
    if config.pool_id and config.pool_id != PUBLIC_POOL:
        raise Invalid(f"There is no resource pool '{config.pool_id}'. Use '{PUBLIC_POOL}', or leave pool_id out.")
    if config.worker_server_num != 1:
        raise Invalid(
            f"worker_server_num is {config.worker_server_num}, but the public pool is one machine. Use 1, or a "
            "dedicated pool with several nodes."
        )


def _check_code(site: Site, actor: Actor, plan: Plan) -> None:
    if not plan.boot_file.startswith(plan.code_dir) or plan.boot_file == plan.code_dir:
        raise Invalid(
            f"The boot file {plan.boot_file} does not lie in the code directory {plan.code_dir}. "
            "boot_file_url must begin with app_url."
        )
    if not plan.boot_file.endswith(".py"):
        raise Invalid(f"The boot file {plan.boot_file} is no Python file: its name must end in .py.")
    store, key = open_url(site.database, site.stores, actor, plan.boot_file)
    try:
        store.head(key)
    except ObjectMissing:
        raise NotFound(f"The boot file {plan.boot_file} does not exist. Upload it first.") from None


def _inputs(site: Site, actor: Actor, config: JobConfig) -> list[Input]:
    """The sources in order: the data_source list, or the single dataset or address."""
    wanted = [(each.data_url, each.dataset_id, each.dataset_version) for each in config.data_source]
    wanted = wanted or [(config.data_url, config.dataset_id, config.dataset_version_id)]
    found: list[Input] = []
    for url, dataset_id, version_id in wanted:
        if dataset_id or version_id:
            found.append(_dataset(site, actor, dataset_id or "", version_id or ""))
        elif url:
            found.append(_data(site, actor, url))
    return found


def _dataset(site: Site, actor: Actor, dataset_id: str, version_id: str) -> Input:
    if not dataset_id or not version_id:
        raise Invalid("A dataset as data source needs both its id and the id of a version.")
    with site.database.read() as session:
        dataset = find_dataset(session, actor, dataset_id)
        version = find_version(session, dataset, version_id)
    if version.state != READY or not version.manifest_url:
        raise Invalid(
            f"The version {version.name} of the dataset {dataset.name} is not published yet. Try again later."
        )
    bucket, key = parse_obs_url(version.manifest_url)
    return Input(obs_url(bucket, key), dataset.id, dataset.name, version.id, version.name)


def _data(site: Site, actor: Actor, url: str) -> Input:
    address = _address(url, "data_url")
    store, key = open_url(site.database, site.stores, actor, address)
    if key and not store.list(key, limit=1).objects:
        raise NotFound(f"There is nothing at {address}. Check data_url, or upload the data first.")
    return Input(address)


def _address(url: str, name: str) -> str:
    if not url:
        raise Invalid(f"{name} is missing. Write obs://bucket/path or /bucket/path.")
    return obs_url(*parse_obs_url(url))


def _folder(url: str, name: str) -> str:
    return _address(url, name).rstrip("/") + "/"


def _value(parameter: Parameter) -> str:
    value = parameter.value
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if len(text) > 4096 or any(ord(character) < 32 for character in text):
        raise Invalid(f"The value of the parameter '{parameter.label}' is too long or has control characters.")
    return text
