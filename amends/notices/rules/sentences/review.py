"""What is told of a platform review: who gives evidence by when, who rules by when, and what happened where somebody did not."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

REVIEW: Mapping[str, Told] = {
    "round": told(
        "平台已介入", "The platform has stepped in",
        "售后单 {case} 请在 {due}前提交凭证；到时{silence}。最后由判责员裁决，裁决会写明理由。",
        "Case {case}: please give your evidence by {due}. After that: {silence}. In the end an arbiter rules, with reasons.",
    ),
    "round_arbiter": told(
        "新的平台介入", "A new review",
        "售后单 {case} 已交平台裁决，双方正在举证。举证和回应结束后会等你裁决。",
        "The platform decides case {case}. Both sides are giving evidence; after their replies it waits for your ruling.",
    ),
    "evidence_of_other": told(
        "对方提交了凭证", "The other side gave evidence",
        "售后单 {case} 有对方的新凭证，可以在页面上看。你在 {due}前可以补充或回应；到时{silence}。",
        "There is new evidence of the other side in case {case}; see its page. You can add to yours or reply until {due}. "
        "After that: {silence}.",
    ),
    "reply": told(
        "举证结束，请回应", "Evidence closed: please reply",
        "售后单 {case} 的举证已结束。请看对方的凭证，并在 {due}前回应；到时{silence}。",
        "The evidence of case {case} is closed. Please look at the other side's and reply by {due}. After that: {silence}.",
    ),
    "proof_of_you": told(
        "判责员请你提供一份凭证", "A certain proof is asked of you",
        "售后单 {case} 需要你提供的凭证写在页面上，请在 {due}前提交；到时{silence}。没有提供的，这一点按没有证明处理。",
        "What the arbiter of case {case} asks of you stands on its page. Please give it by {due}. After that: {silence}. "
        "A point that you do not prove counts as not proven.",
    ),
    "proof_of_other": told(
        "判责员请对方提供凭证", "A proof is asked of the other side",
        "售后单 {case} 的判责员请对方提供一份凭证，内容写在页面上。提交后你可以看到并回应。",
        "The arbiter of case {case} asked the other side for a certain proof; it stands on the page. You will see it and can reply.",
    ),
    "other_accepted": told(
        "对方接受了裁决", "The other side accepts the ruling",
        "售后单 {case} 的对方已接受裁决。你也接受的话马上生效；在 {due}前可以提出异议，到时没有异议，{silence}。",
        "The other side accepted the ruling on case {case}. If you do too, it takes effect at once. Until {due} you can object. "
        "Otherwise: {silence}.",
    ),
    "to_rule": told(
        "请裁决", "Please rule",
        "售后单 {case} 的材料已齐，请在 {due}前裁决。到时没有裁决，{silence}。",
        "The file of case {case} is complete. Please rule by {due}. Without a ruling: {silence}.",
    ),
    "arbiter_has_it": told(
        "材料已齐，等判责员裁决", "An arbiter rules now",
        "售后单 {case} 由判责员在 {due}前裁决。到时没有裁决，{silence}。你现在不用做什么。",
        "An arbiter rules on case {case} by {due}. Without a ruling: {silence}. There is nothing for you to do now.",
    ),
    "more_wanted": told(
        "判责员请双方补充凭证", "The arbiter asks for more",
        "售后单 {case} 要补充什么，写在页面上。请在 {due}前提交；到时{silence}。",
        "What the arbiter of case {case} still wants to know stands on its page. Please give it by {due}. After that: {silence}.",
    ),
    "test_ordered": told(
        "已安排检测", "A test was ordered",
        "售后单 {case} 的商品送去检测，{due}前出结果。到时没有结果，{silence}。",
        "The goods of case {case} are being tested; the report is due by {due}. Without it: {silence}.",
    ),
    "test_reported": told(
        "检测报告已出", "The test report is there",
        "售后单 {case} 的检测报告可以在页面上看。判责员在 {due}前裁决；到时没有裁决，{silence}。",
        "The test report of case {case} stands on its page. An arbiter rules by {due}. Without a ruling: {silence}.",
    ),
    "test_lapsed": told(
        "检测没有按时出结果", "No test report came",
        "售后单 {case} 的检测在 {until}前没有结果，按“{rule}”，由判责员按现有材料裁决，最晚 {due}；到时没有裁决，{silence}。",
        "No test report of case {case} came by {until}, so under the rule “{rule}” an arbiter rules on what there is, by {due}. "
        "Without a ruling: {silence}.",
    ),
    "second_reading": told(
        "有裁决等你复核", "A draft ruling to read",
        "售后单 {case} 的裁决草稿需要第二人复核，请在 {due}前处理。到时没有处理，{silence}。",
        "The draft ruling of case {case} needs a second person. Please read it by {due}. Without that: {silence}.",
    ),
    "draft_returned": told(
        "裁决草稿被退回", "Your draft came back",
        "售后单 {case} 的裁决草稿被退回，意见写在页面上。请在 {due}前裁决；到时没有裁决，{silence}。",
        "The draft ruling of case {case} came back with remarks on its page. Please rule by {due}. Without a ruling: {silence}.",
    ),
    "reassigned": told(
        "已换判责员", "Another arbiter has the case",
        "售后单 {case} 改由另一位判责员在 {due}前裁决。到时没有裁决，{silence}。",
        "Another arbiter rules on case {case} by {due}. Without a ruling: {silence}.",
    ),
    "arbiter_silent": told(
        "判责员没有按时裁决，已换人", "No ruling in time: reassigned",
        "判责员在 {until}前没有裁决售后单 {case}，按“{rule}”换了一位，最晚 {due}裁决；到时没有裁决，{silence}。",
        "No arbiter ruled on case {case} by {until}, so under the rule “{rule}” another one has it, until "
        "{due}. Without a ruling: {silence}.",
    ),
    "reassigned_supervisor": told(
        "有裁决逾期，已改派", "A ruling was late: reassigned",
        "售后单 {case} 在 {until}前没有裁决，已按“{rule}”改派，新的时限是 {due}。到时没有裁决，{silence}。",
        "Case {case} had no ruling by {until} and was reassigned under the rule “{rule}”; the new limit is "
        "{due}. Without a ruling: {silence}.",
    ),
    "default_ruling": told(
        "这是按规则自动做出的裁决", "This ruling was given by rule",
        "判责员在 {until}前没有裁决售后单 {case}，按“{rule}”由规则裁决，依据在页面上。"
        "你可以在 {due}前要求由人来裁决；到时没有要求，{silence}。{basis}",
        "No arbiter ruled on case {case} by {until}, so under the rule “{rule}” the rules did; the basis stands on its page. "
        "Until {due} you can ask that a person decides. Otherwise: {silence}. {basis}",
    ),
    "default_ruling_supervisor": told(
        "有裁决由规则做出", "A case was ruled by default",
        "售后单 {case} 换人后在 {until}前仍没有裁决，已按“{rule}”由规则裁决。",
        "Case {case} was still without a ruling at {until}, after reassignment, and was ruled by default under the rule “{rule}”.",
    ),
    "review_late": told(
        "裁决超时，平台主管已接手", "Late: a supervisor has taken over",
        "售后单 {case} 在 {until}前没有裁决。因为有一方要求由人裁决，不会由规则自动裁决；按“{rule}”已交平台主管处理。",
        "Case {case} had no ruling by {until}. A side asked for a person, so the rules do not rule by themselves; "
        "under the rule “{rule}” a supervisor of the platform has it now.",
    ),
}  # fmt: skip
