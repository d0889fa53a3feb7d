"""What can go wrong with the embedded database, in words: what is the matter and what helps."""

from __future__ import annotations

from pathlib import Path

from amends.kernel.texts import Text, say


class LauncherError(Exception):
    """The embedded database cannot do what was asked; `text` says why and what helps."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def no_binaries() -> LauncherError:
    return LauncherError(
        say(
            "没有找到 PostgreSQL 15 或更高版本的程序。请重新运行 make setup，"
            "或用 PG_BIN 指定程序所在的文件夹，或用 DATABASE_URL 指定数据库服务器。",
            "No programs of PostgreSQL 15 or later were found. Run make setup again, or name their folder in PG_BIN, "
            "or name a database server in DATABASE_URL.",
        )
    )


def bad_pg_bin(folder: Path, lacking: str) -> LauncherError:
    return LauncherError(
        say(
            "PG_BIN 指向 {folder}，但其中没有能用的 {lacking}（需要 PostgreSQL 15 或更高版本）。"
            "请改为 pg_ctl 所在的文件夹，或去掉 PG_BIN。",
            "PG_BIN names {folder}, which holds no working {lacking} (PostgreSQL 15 or later is needed). "
            "Name the folder that holds pg_ctl, or unset PG_BIN.",
            folder=folder,
            lacking=lacking,
        )
    )


def other_version(data: Path, theirs: str, ours: int, fitting: Path | None) -> LauncherError:
    remedy_zh = f"请设置 PG_BIN={fitting} 后再启动" if fitting else f"请用 PG_BIN 指定 PostgreSQL {theirs} 的程序后再启动"
    remedy_en = f"Set PG_BIN={fitting} and start again" if fitting else f"Name programs of PostgreSQL {theirs} in PG_BIN and start again"
    return LauncherError(
        say(
            "数据文件夹 {data} 由 PostgreSQL {theirs} 创建，现有程序是 {ours}，两者不能混用。{remedy_zh}；数据没有改动。",
            "The data folder {data} was made by PostgreSQL {theirs}; the programs here are {ours}, and the two do not mix. "
            "{remedy_en}. Nothing was changed.",
            data=data,
            theirs=theirs,
            ours=ours,
            remedy_zh=remedy_zh,
            remedy_en=remedy_en,
        )
    )


def unwritable(folder: Path, why: object) -> LauncherError:
    return LauncherError(
        say(
            "不能在 {folder} 写入（{why}）。请用 AMENDS_HOME 指定一个可写的文件夹，或修改它的权限。",
            "{folder} cannot be written ({why}). Name a folder that can be written in AMENDS_HOME, or change its rights.",
            folder=folder,
            why=why,
        )
    )


def unreachable(data: Path, user: str) -> LauncherError:
    return LauncherError(
        say(
            "数据库以用户 {user} 的身份运行，但它进不了 {data}。请让上级文件夹允许进入（chmod o+x），或换回原来的权限。",
            "The database runs as user {user}, who cannot reach {data}. Let the folders above it be entered (chmod o+x), "
            "or give them back the rights they had.",
            data=data,
            user=user,
        )
    )


def foreign_folder(data: Path, owner: str) -> LauncherError:
    return LauncherError(
        say(
            "数据文件夹 {data} 属于用户 {owner}。请以该用户身份运行，或用 AMENDS_HOME 指定自己的文件夹。",
            "The data folder {data} belongs to user {owner}. Run as that user, or name a folder of your own in AMENDS_HOME.",
            data=data,
            owner=owner,
        )
    )


def socket_too_long(folder: Path, length: int) -> LauncherError:
    return LauncherError(
        say(
            "套接字文件夹 {folder} 的路径太长（{length} 个字符，最多 85 个）。请换一个更短的位置。",
            "The path of the socket folder {folder} is too long ({length} characters, 85 at most). Choose a shorter place.",
            folder=folder,
            length=length,
        )
    )


def stolen_socket_folder(folder: Path) -> LauncherError:
    return LauncherError(
        say(
            "套接字文件夹 {folder} 不属于数据库用户，或别人可以进入。请删除它，或用 AMENDS_HOME 指定一个更短的路径。",
            "The socket folder {folder} does not belong to the database's user, or others may enter it. "
            "Remove it, or name a shorter path in AMENDS_HOME.",
            folder=folder,
        )
    )


def no_locale(said: str) -> LauncherError:
    return LauncherError(
        say(
            "这台机器没有 C.UTF-8 语言环境，中文搜索离不开它（{said}）。请安装后再启动，例如：apt-get install locales。",
            "This machine lacks the locale C.UTF-8, which search in Chinese needs ({said}). Install it and start again, for instance with "
            "apt-get install locales.",
            said=said,
        )
    )


def disk_full(folder: Path, free_mb: int) -> LauncherError:
    return LauncherError(
        say(
            "{folder} 所在磁盘只剩 {free_mb} MB，数据库至少需要 200 MB。请腾出空间，或用 AMENDS_HOME 指定别的磁盘。",
            "The disk of {folder} has {free_mb} MB left; the database needs 200 MB. Make room, or name another disk in AMENDS_HOME.",
            folder=folder,
            free_mb=free_mb,
        )
    )


def busy(lock: Path, seconds: int) -> LauncherError:
    return LauncherError(
        say(
            "等了 {seconds} 秒，另一个进程仍在启动或停止这个数据库（{lock}）。请稍后再试，或结束那个进程。",
            "After {seconds} seconds another process still starts or stops this database ({lock}). Try again later, or end that process.",
            seconds=seconds,
            lock=lock,
        )
    )


def failed(action: str, said: str, log: Path) -> LauncherError:
    return LauncherError(
        say(
            "数据库没有成功{what}：{said}。日志在 {log}。",
            "The database could not be {done}: {said}. Its log is {log}.",
            what={"init": "创建", "start": "启动", "stop": "停止"}[action],
            done={"init": "created", "start": "started", "stop": "stopped"}[action],
            said=said,
            log=log,
        )
    )
