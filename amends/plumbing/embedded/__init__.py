"""The embedded PostgreSQL: a real database for whoever has Python and nothing else.

Invariants, numbered because the modules below refer to them:

1. One data folder, one server: whatever starts, stops or creates does so under the file lock of AMENDS_HOME.
2. A data folder is whole or absent: it is made beside its place and renamed when it is ready.
3. A process id in `postmaster.pid` is believed only when that process is a living PostgreSQL whose working folder is our data folder.
   The file itself is never removed: it names the shared memory by which PostgreSQL sees backends that outlived their server.
4. The address of the database follows from AMENDS_HOME and the user alone, so that settings know it before the server runs.
5. The server listens on a socket in a folder that only its own user (and root) may enter, and on nothing else.

`binaries` finds the programs, `places` the folders, `owner` the user, `control` starts and stops, `roles` makes users and database,
`lease` counts who still needs the server. Not about Django, and not about a server that DATABASE_URL names (amends.plumbing.database).
"""

from amends.plumbing.embedded.control import Server, destroy, start, status, stop, url
from amends.plumbing.embedded.errors import LauncherError
from amends.plumbing.embedded.lease import Lease

__all__ = ["LauncherError", "Lease", "Server", "destroy", "start", "status", "stop", "url"]
