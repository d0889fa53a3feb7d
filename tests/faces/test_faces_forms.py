"""What people enter: money exactly, files within limits, choices as native inputs."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from amends.faces.forms import EvidenceField, FacesForm, MoneyField, Picks, Segments, Stepper, words


class Offer(FacesForm):
    """One of each."""

    sum = MoneyField(label=words("金额", "Amount"), most_minor=5000)
    way = forms.ChoiceField(
        label=words("方案", "Remedy"), widget=Segments, choices=[("a", words("退", "Return")), ("b", words("换", "Exchange"))]
    )
    units = forms.IntegerField(label=words("件数", "Units"), widget=Stepper(0, 3))
    proof = EvidenceField(label=words("凭证", "Evidence"), most=2, most_mb=1)


def offer(amount: str = "20.00", files: tuple[int, ...] = (10,), way: str = "a") -> Offer:
    """A form with files of these sizes."""
    data = QueryDict(mutable=True)
    data.update({"sum": amount, "way": way, "units": "1"})
    sent: Any = MultiValueDict({"proof": [SimpleUploadedFile(f"{n}.jpg", b"x" * size) for n, size in enumerate(files)]})
    return Offer(data, sent)


@pytest.mark.parametrize(("written", "minor"), [("20.00", 2000), ("20", 2000), ("¥0.5", 50), (" 50.00 ", 5000)])
def test_money_is_taken_exactly(written: str, minor: int) -> None:
    form = offer(written)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["sum"] == minor


@pytest.mark.parametrize("written", ["", "abc", "1.234", "50.01", "-1", "1e3", "1,2"])
def test_what_is_no_amount_is_refused_in_both_languages(written: str) -> None:
    said = set()
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said.add(str(offer(written).errors["sum"]))
    assert len(said) == 2


def test_files_are_counted_and_weighed() -> None:
    assert len(_clean(offer(files=(10, 10)))) == 2
    assert "proof" in offer(files=(10, 10, 10)).errors
    assert "proof" in offer(files=(2**20 + 1,)).errors
    assert "proof" in offer(files=()).errors


def _clean(form: Offer) -> list[Any]:
    """The cleaned files of a valid form."""
    assert form.is_valid(), form.errors
    return list(form.cleaned_data["proof"])


def test_choices_are_native_inputs_with_labels_in_the_readers_language() -> None:
    with translation.override("en"):
        html = str(offer()["way"])
    assert html.count('type="radio"') == 2
    assert "Exchange" in html
    assert 'type="number"' in str(offer()["units"])
    assert "ti-tool" in Picks({"a": "tool"}, choices=[("a", "A")]).render("issue", "a")
