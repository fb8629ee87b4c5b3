"""Guessing is slowed down where it happens, and locks nobody out who has been here before."""

from typing import Any

import pytest

from maquette.iam.devices import DEVICE_COOKIE, device_cookie, source_of
from maquette.iam.throttle import (
    FREE_TRIES,
    MAX_WAIT_S,
    MOST,
    WIDE_STEP_S,
    WIDE_TRIES,
    SignInThrottle,
    Source,
    TooManyTries,
)
from maquette.kit.vault import Vault

HERE, THERE = Source("192.0.2.1"), Source("192.0.2.2")
OWN = Source("device a", device=True)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> SignInThrottle:
    return SignInThrottle(clock)


def guess(throttle: SignInThrottle, user: str, source: Source, times: int = 1) -> bool:
    """Try wrong passwords; whether each of them was heard."""
    for _ in range(times):
        try:
            throttle.check(user, source)
        except TooManyTries:
            return False
        throttle.failed(user, source)
    return True


def crowd(throttle: SignInThrottle, clock: Clock, user: str = "admin") -> int:
    """Guess from ever new addresses until nobody is heard; how many were."""
    heard = 0
    while guess(throttle, user, Source(f"198.51.{heard // 250}.{heard % 250}")):
        heard += 1
    return heard


def test_a_source_rests_for_a_growing_while(throttle: SignInThrottle, clock: Clock) -> None:
    assert guess(throttle, "admin", HERE, FREE_TRIES)
    waits: list[float] = []
    for _ in range(12):
        begun = clock.now
        while not guess(throttle, "admin", HERE):
            clock.now += 1
        waits.append(clock.now - begun)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, MAX_WAIT_S, MAX_WAIT_S, MAX_WAIT_S]


def test_who_guesses_locks_nobody_elsewhere(throttle: SignInThrottle) -> None:
    assert not guess(throttle, "admin", HERE, 100)
    throttle.check("admin", THERE)
    throttle.check("admin", OWN)
    throttle.check("alice", HERE)


def test_a_success_forgives_its_own_source_only(throttle: SignInThrottle) -> None:
    guess(throttle, "admin", HERE, 100)
    guess(throttle, "admin", THERE, FREE_TRIES - 1)
    throttle.succeeded("admin", THERE)
    assert guess(throttle, "admin", THERE, FREE_TRIES)
    assert not guess(throttle, "admin", HERE)


def test_many_addresses_together_are_slowed_down_and_never_locked_out(throttle: SignInThrottle, clock: Clock) -> None:
    assert crowd(throttle, clock) == WIDE_TRIES + 1
    clock.now += WIDE_STEP_S
    assert crowd(throttle, clock) == 1
    clock.now += WIDE_TRIES * WIDE_STEP_S * 2
    assert crowd(throttle, clock) == WIDE_TRIES + 1


def test_however_many_fail_at_once_the_next_is_heard_after_one_step(throttle: SignInThrottle, clock: Clock) -> None:
    for number in range(10 * WIDE_TRIES):
        throttle.failed("admin", Source(f"address {number}"))
    clock.now += WIDE_STEP_S
    throttle.check("admin", HERE)


@pytest.mark.parametrize("source", [HERE, OWN])
def test_who_has_signed_in_before_does_not_notice_the_crowd(
    throttle: SignInThrottle, clock: Clock, source: Source
) -> None:
    throttle.succeeded("admin", source)
    crowd(throttle, clock)
    assert not guess(throttle, "admin", THERE)
    assert guess(throttle, "admin", source, FREE_TRIES)
    # A known source has its own limit all the same.
    assert not guess(throttle, "admin", source)


def test_flooding_the_memory_forgives_nothing_that_is_fresh(throttle: SignInThrottle) -> None:
    for number in range(MOST):
        throttle.failed(f"user {number}", THERE)
    assert not guess(throttle, "admin", HERE, 100)
    for number in range(MOST // 2):
        throttle.failed(f"another {number}", THERE)
    assert not guess(throttle, "admin", HERE)


def test_a_device_is_one_users_and_cannot_be_forged(tmp_path: Any) -> None:
    vault = Vault(tmp_path)
    cookie = device_cookie(vault, "admin")
    assert source_of(vault, "admin", cookie, "192.0.2.1") == source_of(vault, "admin", cookie, "192.0.2.2")
    assert source_of(vault, "admin", cookie, "").device
    for wrong in ("", ".", "x", "ü.ü", cookie[:-1], f"x{cookie}", device_cookie(vault, "alice")):
        assert source_of(vault, "admin", wrong, "192.0.2.1") == HERE


def test_an_ipv6_network_is_one_source(tmp_path: Any) -> None:
    vault = Vault(tmp_path)
    names = [
        source_of(vault, "u", "", address).name for address in ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:1::1")
    ]
    assert names[0] == names[1] != names[2]
    assert source_of(vault, "u", "", "").name == ""


def sign_in(platform: Any, password: str, cookies: dict[str, str] | None = None, user: str = "admin") -> Any:
    """As a browser that has these cookies and no others."""
    platform.client.cookies.clear()
    header = {"Cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())}
    body = {"domain": "admin", "user": user, "password": password}
    answer = platform.client.post("/v1/console/session", json=body, headers=header)
    platform.client.cookies.clear()
    return answer


@pytest.fixture
def stopped(platform: Any, throttle: SignInThrottle) -> Any:
    """The platform, with a throttle for which no time passes."""
    platform.app.state.throttle = throttle
    return platform


def test_the_administrators_browser_gets_in_while_others_guess(stopped: Any) -> None:
    """All come from one address here, as they do on one machine or behind a proxy that passes none on."""
    first = sign_in(stopped, "a-good-password")
    device = {DEVICE_COOKIE: first.cookies[DEVICE_COOKIE]}
    assert all("HttpOnly" in value and "SameSite=strict" in value for value in first.headers.get_list("set-cookie"))
    codes = [sign_in(stopped, "wrong-password").status_code for _ in range(FREE_TRIES + 2)]
    assert (codes[:FREE_TRIES], codes[-1]) == ([401] * FREE_TRIES, 429)
    assert sign_in(stopped, "a-good-password").status_code == 429
    assert sign_in(stopped, "a-good-password", device).status_code == 201
    stopped.user("bob")
    bobs = sign_in(stopped, "a-good-password", user="bob")
    assert sign_in(stopped, "a-good-password", {DEVICE_COOKIE: bobs.cookies[DEVICE_COOKIE]}).status_code == 429


def test_an_account_has_one_count_by_name_and_by_id(stopped: Any, api: Any) -> None:
    domain = api.client.get("/v3/projects", headers=api.headers).json()["projects"][0]["domain_id"]
    for number in range(FREE_TRIES):
        body = {"domain": ("admin", domain)[number % 2], "user": "admin", "password": "wrong-password"}
        assert stopped.client.post("/v1/console/session", json=body).status_code == 401
    assert sign_in(stopped, "a-good-password").status_code == 429


def test_a_name_that_nobody_has_is_slowed_down_alike(stopped: Any) -> None:
    for user in ("admin", "nobody"):
        codes = [sign_in(stopped, "wrong-password", user=user).status_code for _ in range(FREE_TRIES + 1)]
        assert codes == [401] * FREE_TRIES + [429]
