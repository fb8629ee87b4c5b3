"""Buckets and the files in them: a local folder, a folder that existed before us, or an S3 endpoint, behind one API.

open_bucket     the store behind a bucket the actor may use
open_url        the same for `obs://bucket/key` (or `s3://`, `/bucket/key`), with the key
create_bucket   make or attach one, with all checks: for the command line (`BucketSpec` says which)
StoresDep       the process's stores, for the handlers of routes
"""

from maquette.buckets.administration import BucketSpec, create_bucket
from maquette.buckets.dependencies import StoresDep
from maquette.buckets.errors import no_bucket
from maquette.buckets.service import Stores, open_bucket, open_url
from maquette.buckets.tables import Bucket

__all__ = [
    "Bucket",
    "BucketSpec",
    "Stores",
    "StoresDep",
    "create_bucket",
    "no_bucket",
    "open_bucket",
    "open_url",
]
