"""What a proof file says about itself to whoever opens it, once in each language. Plain text in Markdown; no personal data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.kernel.texts import Text, say

README = say(
    """# 售后举证包 {case}

编号 {ref}，{made} 生成；用途：{purpose}；个人信息：{masked}。

## 里面有什么
- `case.json` 售后单的要点；`timeline.jsonl` 时间线，每行一条，含上一条的哈希；`texts.json` 双方写下的文字和摘要的盐。
- `evidence.json` 与 `evidence/` 证据文件及其 SHA-256；`decision.json` 开单当日适用的规则与条款；`rulings.json` 裁决。
- `stamps/` 时间戳机构（RFC 3161）的答复；`authority/` 检验时用的机构证书。
- `manifest.json` 每个文件的 SHA-256；`manifest.sha256` 清单自己的。

## 怎样检验
不需要 Amends，也不需要联网：

    python3 verify.py 举证包.zip

需要 Python 3.8 以上；装有 openssl 时一并检验时间戳的签名。`verify.py` 用的是 Python 标准库，可以先读一遍；要更放心，
就用 Amends 公布的那一份，机构证书也从机构自己的网站取（`--ca`）。单独检验一个时间戳：

    openssl ts -verify -digest <那一条的 hash> -in stamps/0001.tsr -CAfile authority/….pem

## 它证明什么，不证明什么
- 成立：时间线从第 1 条到第 {entries} 条没有删改、没有插入、没有换过顺序；文字和证据就是当时交的那些；有时间戳的部分在时间戳的时刻已经存在。
- `case.json`、`decision.json`、`rulings.json` 是生成时汇总的，只由清单保证；要确认，把整个文件交给平台的核对页面。
- 没有时间戳的部分，时间只是平台自己的说法。
- 标为 `withheld` 的条目，申请人无权查看，只给出哈希；`masked` 的文字隐去了个人信息，`erased` 的文字已依法删除，都不能与摘要比对。
- 证据里的照片和文件是原样，可能有人看得出是谁，请依法保管。
""",
    """# Proof file of case {case}

Number {ref}, made {made}; purpose: {purpose}; personal data: {masked}.

## What is in it
- `case.json`: the matter in short; `timeline.jsonl`: the timeline, one line each with the hash of the line before; `texts.json`: what the
  sides wrote, with the salts of its digests.
- `evidence.json` and `evidence/`: files with their SHA-256; `decision.json`: the rules and clauses of the day the case opened;
  `rulings.json`: rulings.
- `stamps/`: answers of a time-stamp authority (RFC 3161); `authority/`: the certificates they are checked under.
- `manifest.json`: the SHA-256 of every file; `manifest.sha256`: its own.

## How to check it
Neither Amends nor a network is needed:

    python3 verify.py PROOF.zip

Python 3.8 or later; where there is openssl, the signatures of time stamps are checked too. `verify.py` uses Python's standard library alone
and can be read first; to be surer, take the copy that Amends publishes, and the authority's certificate from the authority (`--ca`). One
stamp by itself: `openssl ts -verify -digest <hash of that line> -in stamps/0001.tsr -CAfile authority/….pem`.

## What it proves, and what it does not
- Where it holds: lines 1 to {entries} of the timeline were not changed, removed, added or put in another order; texts and evidence are the
  ones that were handed in; what is stamped existed at the instant of its stamp.
- `case.json`, `decision.json` and `rulings.json` were put together when the file was made and rest on the list alone: to be sure of them,
  have the whole file checked on the platform's page.
- Of what is not stamped, the times are the platform's own word.
- Of lines marked `withheld`, which the asker may not read, there is the hash alone; `masked` texts have personal data hidden and `erased`
  ones were erased by law: neither can be compared with its digest.
- Photographs and files of evidence are as they were handed in and may show who people are: keep them as the law asks.
""",
)  # fmt: skip
HIDDEN, SHOWN = say("已隐去", "hidden"), say("未隐去，供有权机关查阅", "not hidden, for an authority that may ask for it")


def readme(manifest: Mapping[str, Any], purpose: Text, language: str) -> bytes:
    """The file of one language."""
    words = README.filled(
        case=manifest["case"], ref=manifest["ref"], made=manifest["made_at"], purpose=purpose, entries=manifest["entries"],
        masked=HIDDEN if manifest["masked"] else SHOWN,
    )  # fmt: skip
    return words.into(language).encode()
