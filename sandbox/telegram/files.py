"""`getFile`, and the address that it leads to."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePosixPath

from aiohttp import web

from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.method import Family, Params
from sandbox.telegram.model import Json
from sandbox.telegram.network import Network

FAMILY = Family()
DOWNLOAD_LIMIT = 20 * 1024 * 1024  # bytes that a bot may fetch
FOLDER = "documents"
DOWNLOAD = "downloadFile"
"""How faults and the journal name the fetching of a file, which is no method."""


class GetFile(Params):
    """`getFile`."""

    file_id: str = ""


@FAMILY.method("getFile", GetFile)
def get_file(network: Network, params: GetFile) -> Json:
    """Where a file can be fetched; the real address works for an hour, this one while the file is kept."""
    upload = network.files.get(params.file_id)
    if upload is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(upload.data) > DOWNLOAD_LIMIT and not network.switches.lax_files:
        raise bad_request("file is too big")
    size = {} if network.switches.lax_files else {"file_size": len(upload.data)}
    return {
        "file_id": params.file_id,
        "file_unique_id": params.file_id[:12],
        "file_path": f"{FOLDER}/{params.file_id}{upload.suffix}",
        **size,
    }


def content(network: Network, path: str) -> web.Response:
    """The file at a path that `getFile` gave."""
    wanted = PurePosixPath(path)
    upload = network.files.get(wanted.name.partition(".")[0])
    if upload is None or str(wanted.parent) != FOLDER:
        raise ApiError(404, "Not Found")
    return web.Response(body=BytesIO(upload.data), content_type="application/octet-stream")
