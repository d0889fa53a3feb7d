"""Form fields and native inputs that the faces share: bilingual labels, money in minor units, segmented choices, picks, counts, evidence.

Widgets render through plain templates of their own and need no tag library. Not about what may be entered: the verbs say that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.functional import lazystr

from amends.faces.words import into, language
from amends.kernel.money import MOST, Money, MoneyError
from amends.kernel.texts import Text, say

GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
MONEY_RANGE = say("可填 0 到 {most}", "From nothing to {most}")
TYPED = frozenset({"text", "email", "tel", "number", "url", "password", "search", "date", "time", "datetime-local"})
REQUIRED = say("这一项要填", "Please fill this in")
CHOOSE = say("请选一项", "Please choose one")
MANY = say("最多 {count} 份", "At most {count} files")
LARGE = say("{name} 超过 {size} MB", "{name} is larger than {size} MB")


def words(zh: str, en: str) -> Any:
    """A bilingual label, hint or choice for a Django form: `forms.CharField(label=words("手机号", "Telephone"))`."""
    text = say(zh, en)
    return lazystr(_Spoken(text))


class _Spoken:
    """Something whose `str()` is the Text in the reader's language, asked anew each time."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def __str__(self) -> str:
        return into(self.text)


def spoken(text: Text) -> Any:
    """The same for a Text that exists already."""
    return lazystr(_Spoken(text))


class MoneyInput(forms.TextInput):
    """A figure behind its currency's sign; shows minor units as `20.00`."""

    template_name = "faces/widgets/money.html"

    def __init__(self, currency: str = "CNY", attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "form-control", "inputmode": "decimal", "autocomplete": "off", **(attrs or {})})
        self.currency = currency

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds the sign."""
        sign = Money.zero(self.currency).into(language()).rstrip("0.,").strip()
        return {**super().get_context(name, value, attrs), "sign": sign}


class MoneyField(forms.Field):
    """Cleans to whole minor units; refuses what is no amount and more than `most_minor`."""

    def __init__(self, *, currency: str = "CNY", most_minor: int | None = None, **kwargs: Any) -> None:
        self.currency, self.most_minor = currency, most_minor
        kwargs.setdefault("error_messages", {"required": spoken(REQUIRED)})
        super().__init__(widget=MoneyInput(currency), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Minor units as the reader writes them."""
        return str(Money(value, self.currency).decimal) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        """`1,286.00` becomes 128600: our own way of showing thousands is taken back, any other comma is refused."""
        if value in self.empty_values:
            return None
        plain = str(value).strip().lstrip("¥￥$€£").strip()
        if GROUPED.fullmatch(plain):
            plain = plain.replace(",", "")
        try:
            return Money.parse(plain, self.currency).minor
        except MoneyError as wrong:
            raise forms.ValidationError(into(wrong.text)) from wrong

    def validate(self, value: Any) -> None:
        """Neither below nothing nor over the upper end."""
        super().validate(value)
        if value is not None and (value < 0 or (self.most_minor is not None and value > self.most_minor)):
            most = Money(self.most_minor if self.most_minor is not None else MOST, self.currency).into(language())
            raise forms.ValidationError(into(MONEY_RANGE.filled(most=most)))


class Segments(forms.RadioSelect):
    """Two to five short choices side by side; native radio inputs."""

    template_name, grouped = "faces/widgets/segments.html", True


class Picks(forms.RadioSelect):
    """Choices as cards with icons: `icons` maps a value to a Tabler icon's name."""

    template_name, grouped = "faces/widgets/picks.html", True

    def __init__(self, icons: Mapping[str, str] | None = None, attrs: dict[str, Any] | None = None, choices: Iterable[Any] = ()) -> None:
        super().__init__(attrs, choices)
        self.icons = dict(icons or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Each option carries its icon."""
        return {**super().create_option(name, value, *args, **kwargs), "icon": self.icons.get(str(value), "")}


class Stepper(forms.NumberInput):
    """A count with minus and plus around a native number input; `least` and `most` are the input's own limits."""

    template_name = "faces/widgets/stepper.html"
    less, more = spoken(say("减一件", "One less")), spoken(say("加一件", "One more"))

    def __init__(self, least: int = 0, most: int = 99, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"min": least, "max": most, "step": 1, "inputmode": "numeric", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds the words of the two buttons."""
        return {**super().get_context(name, value, attrs), "less": str(self.less), "more": str(self.more)}


class EvidenceInput(forms.ClearableFileInput):
    """Several files with preview, removal and camera; amends.js keeps to the limits before the server does."""

    template_name, allow_multiple_selected, grouped = "faces/widgets/evidence.html", True, True

    def __init__(self, most: int = 9, most_mb: int = 20, accept: str = "image/*,video/mp4,video/quicktime,application/pdf") -> None:
        super().__init__({"accept": accept, "multiple": True})
        self.most, self.most_mb = most, most_mb

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds the limits and the sentence on the button."""
        add = into(say("拍照或选择", "Take or choose"))
        count = into(say("最多 {most} 份，每份 {mb} MB 以内", "Up to {most} files of {mb} MB each", most=self.most, mb=self.most_mb))
        return {**super().get_context(name, value, attrs), "most": self.most, "bytes": self.most_mb * 2**20, "add": add, "count": count}


class EvidenceField(forms.FileField):
    """Cleans to a list of uploaded files; refuses too many and too large ones by name."""

    def __init__(self, *, most: int = 9, most_mb: int = 20, **kwargs: Any) -> None:
        self.most, self.most_mb = most, most_mb
        kwargs.setdefault("error_messages", {"required": spoken(say("至少要 1 份凭证", "Add at least one file"))})
        super().__init__(widget=EvidenceInput(most, most_mb), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Every file is cleaned alone; the list may be empty where the field is not required."""
        files = [one for one in (data if isinstance(data, (list, tuple)) else [data]) if one]
        if not files:
            super().clean(None, initial)
            return []
        if len(files) > self.most:
            raise forms.ValidationError(into(MANY.filled(count=self.most)))
        for one in files:
            if one.size > self.most_mb * 2**20:
                raise forms.ValidationError(into(LARGE.filled(name=one.name, size=self.most_mb)))
        return [super(EvidenceField, self).clean(one, initial) for one in files]


class FacesForm(forms.Form):
    """A form whose plain inputs have our look and whose usual refusals speak both languages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for bound in self.fields.values():
            dress(bound)


def dress(bound: forms.Field) -> None:
    """The field's input gets our classes, and `required` is said in both languages."""
    widget = bound.widget
    if isinstance(widget, forms.CheckboxInput):
        widget.attrs.setdefault("class", "tick")
    elif isinstance(widget, forms.Select) and not isinstance(widget, forms.RadioSelect):
        widget.attrs.setdefault("class", "form-select")
    elif isinstance(widget, forms.Textarea) or (getattr(widget, "input_type", "") in TYPED and not isinstance(widget, Stepper)):
        widget.attrs.setdefault("class", "form-control")
    if isinstance(widget, forms.Textarea):
        widget.attrs["rows"] = "3" if str(widget.attrs.get("rows")) == "10" else widget.attrs["rows"]  # 10 is Django's, nobody's wish
    standard = str(bound.error_messages.get("required", "")) in ("This field is required.", "这个字段是必填项。", "")
    if standard:
        bound.error_messages["required"] = spoken(CHOOSE if isinstance(bound, forms.ChoiceField) else REQUIRED)
