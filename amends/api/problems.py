"""Everything that is refused, as RFC 9457: application/problem+json with code, fields, and the sentence in both languages.

`detail` follows Accept-Language; `texts` holds both. A fault of ours is a problem too, without telling what broke.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import get_language
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from amends.api.callers import SIGN_IN
from amends.kernel.refusals import NotFound, Refusal
from amends.kernel.texts import Text, say

log = structlog.get_logger(__name__)
MEDIA = "application/problem+json"

TITLES: dict[int, Text] = {
    400: say("请求读不懂", "The request cannot be read"),
    401: say("不知道你是谁", "It is not known who calls"),
    403: say("不由你来做", "It is not your move"),
    404: say("没有找到", "Not found"),
    405: say("这里不能这样请求", "This method is not for this address"),
    409: say("现在不能这样做", "It cannot be done now"),
    413: say("内容太大", "Too large"),
    422: say("内容不对", "Something in it is not right"),
    500: say("我们出错了", "A fault of ours"),
    503: say("暂时办不了", "Not available for now"),
}
MALFORMED = say(
    "请求内容读不懂：应是有效的 JSON，上传文件时应是 multipart/form-data。",
    "The body cannot be read: it is valid JSON, or multipart/form-data for a file.",
)
TOO_LARGE = say("请求内容太大。", "The body is too large.")
CSRF = say("缺少 CSRF 令牌：用登录状态提交时，请带上 X-CSRFToken。", "The CSRF token is missing: a POST by session needs X-CSRFToken.")
FAULT = say("我们这边出了错，没有任何改动。请稍后再试。", "Something broke on our side; nothing was changed. Please try again later.")
WRONG_METHOD = say("这个地址只接受 {allowed}。", "This address takes {allowed} only.")
SOME_WRONG = say("有字段不对：{names}。", "Some fields are not right: {names}.")

# pydantic's kinds of error, in words that say what would be right; `ctx` fills the places.
KINDS: dict[str, Text] = {
    "missing": say("缺少这个字段。", "This field is missing."),
    "extra_forbidden": say("没有这个字段，请去掉。", "There is no such field. Leave it out."),
    "string_type": say("这里应是文字。", "This is a string."),
    "string_too_long": say("太长了，最多 {max_length} 个字符。", "Too long; {max_length} characters at most."),
    "string_too_short": say("太短了，至少 {min_length} 个字符。", "Too short; at least {min_length} characters."),
    "string_pattern_mismatch": say("写法不对，应符合 {pattern}。", "It should match {pattern}."),
    "int_type": say("这里应是整数。", "This is a whole number."),
    "int_parsing": say("这里应是整数。", "This is a whole number."),
    "int_from_float": say("这里应是整数，没有小数。", "This is a whole number without a fraction."),
    "greater_than_equal": say("不能小于 {ge}。", "It is {ge} or more."),
    "less_than_equal": say("不能大于 {le}。", "It is {le} or less."),
    "bool_type": say("这里应是 true 或 false。", "This is true or false."),
    "bool_parsing": say("这里应是 true 或 false。", "This is true or false."),
    "list_type": say("这里应是一个列表。", "This is a list."),
    "too_long": say("太多了，最多 {max_length} 个。", "Too many; {max_length} at most."),
    "too_short": say("太少了，至少 {min_length} 个。", "Too few; at least {min_length}."),
    "dict_type": say("这里应是一个对象。", "This is an object."),
    "model_attributes_type": say("这里应是一个对象。", "This is an object."),
    "literal_error": say("可选：{expected}。", "One of {expected}."),
}
NOT_RIGHT = say("这个值不对。", "This value is not right.")


def problem(request: HttpRequest, status: int, code: str, text: Text, fields: Mapping[str, Text] | None = None) -> HttpResponse:
    """One refusal as problem+json."""
    language = get_language() or "zh"
    title = TITLES.get(status, TITLES[422])
    body: dict[str, Any] = {
        "type": f"urn:amends:problem:{code}",
        "title": title.into(language),
        "status": status,
        "detail": text.into(language),
        "code": code,
        "texts": text.both(),
        "fields": {name: {"detail": said.into(language), "texts": said.both()} for name, said in (fields or {}).items()},
    }
    answer = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False}, content_type=MEDIA)
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal of a verb or of the machinery."""
    return problem(request, refusal.status, refusal.code, refusal.text, refusal.fields)


def no_such_address(request: HttpRequest, **_: Any) -> HttpResponse:
    """Anything under /api that is no endpoint."""
    return refused(request, NotFound())


def wrong_methods_told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`view`, whose 405 is a problem as well and names the methods there are."""

    @functools.wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if answer.status_code != 405:
            return answer
        allowed = answer.headers.get("Allow", "")
        found = problem(request, 405, "wrong_method", WRONG_METHOD.filled(allowed=allowed))
        found["Allow"] = allowed
        return found

    return told


def register(api: NinjaAPI) -> None:
    """Every exception of an endpoint becomes a problem."""
    api.exception_handler(Refusal)(refused)
    api.exception_handler(ValidationError)(_not_valid)
    api.exception_handler(AuthenticationError)(lambda request, _: problem(request, 401, "unauthenticated", SIGN_IN))
    api.exception_handler(HttpError)(_http_error)
    api.exception_handler(Http404)(lambda request, _: refused(request, NotFound()))
    for unreadable in (MultiPartParserError, BadRequest, SuspiciousOperation):
        api.exception_handler(unreadable)(lambda request, _: problem(request, 400, "malformed", MALFORMED))
    api.exception_handler(RequestDataTooBig)(lambda request, _: problem(request, 413, "too_large", TOO_LARGE))
    api.exception_handler(Exception)(_fault)


def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {_name(one): _said(one) for one in error.errors}
    return problem(request, 422, "unprocessable", SOME_WRONG.filled(names=", ".join(fields)), fields)


def _name(error: Mapping[str, Any]) -> str:
    """`lines.0.quantity` of ('body', 'body', 'lines', 0, 'quantity')."""
    where = [str(part) for part in error["loc"]]
    parts = where[2:] if where[0] == "body" and len(where) > 2 else where[1:]
    return ".".join(parts) or where[0]


def _said(error: Mapping[str, Any]) -> Text:
    found = KINDS.get(str(error["type"]), NOT_RIGHT)
    try:
        text = found.filled(**error.get("ctx", {}))
        text.both()
    except (KeyError, TypeError):
        return NOT_RIGHT
    return text


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 403:
        return problem(request, 403, "csrf", CSRF)
    return problem(request, error.status_code, "malformed", MALFORMED)


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("api fault", path=request.path, method=request.method)
    return problem(request, 500, "fault", FAULT)
