"""The shim: a small detached program beside each attempt, which outlives every server, restarted or upgraded.

It runs compiled and copied away from here (see `local`), under an interpreter without site-packages: it must start in
milliseconds, so it imports little of the standard library and nothing of `maquette`. `start` is its entry, `supervisor`
its life, `journal` what it writes, `kernel` what it reads.
"""
