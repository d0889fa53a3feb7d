"""How a picture looks, in 64 bits: the same photo is known again in another case, also when it was scaled or saved anew."""

from __future__ import annotations

from amends.cases.evidence.files import opened
from amends.cases.evidence.kinds import PICTURE
from amends.cases.models import Evidence
from amends.plumbing import jobs


@jobs.task("evidence.likeness")
def keep_likeness(ref: str) -> None:
    """The picture `ref` has its perceptual hash (pHash, 64 bits, hexadecimal); nothing happens where it is gone or no picture."""
    # numpy and scipy weigh 80 MB and half a second: they come with the job, and the web process never holds them.
    import imagehash  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    piece = Evidence.objects.filter(ref=ref, kind=PICTURE).first()
    if piece is None:
        return
    with opened(piece.path) as file, Image.open(file) as picture:
        likeness = str(imagehash.phash(picture.convert("RGB")))
    Evidence.objects.filter(pk=piece.pk).update(likeness=likeness)
    attached = Evidence.objects.filter(pk=piece.pk).values_list("case_id", flat=True).first()
    if attached is not None:
        jobs.later("case.duplicates", case_id=attached)


def likeness_later(ref: str) -> None:
    """The job runs after the upload has committed."""
    jobs.later("evidence.likeness", ref=ref)
