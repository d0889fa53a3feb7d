"""What is told of pieces that go out again: exchanges, resends, and those that left ahead of the return."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

REPLACEMENTS: Mapping[str, Told] = {
    "piece_awaited": told(
        "商家正在备货", "The merchant looks for your piece",
        "售后单 {case} 由商家在 {due}前备货；到时没有备好，{silence}。",
        "Case {case}: the merchant keeps a piece for you by {due}. Otherwise: {silence}.",
    ),
    "piece_wanted": told(
        "请备货", "Please keep a piece",
        "售后单 {case} 要发出一件，请在 {due}前留货，或说明没有货；到时没有处理，{silence}。",
        "Case {case} needs a piece. Keep one by {due}, or say that there is none. Otherwise: {silence}.",
    ),
    "piece_kept": told(
        "已为你留货", "A piece is kept for you",
        "售后单 {case} 已留货，商家在 {due}前发出；到时没有发出，{silence}。",
        "A piece is kept for case {case}; the merchant ships by {due}. Otherwise: {silence}.",
    ),
    "piece_to_ship": told(
        "请发货", "Please ship",
        "售后单 {case} 已留货，请在 {due}前发出并填写运单号；到时没有发出，{silence}。",
        "A piece is kept for case {case}. Ship it by {due} and give the waybill number. Otherwise: {silence}.",
    ),
    "none_there": told(
        "没有货了，请选择", "Out of stock: please choose",
        "售后单 {case} 要的商品没有货了。请在 {due}前选另一件，或改为退款；到时没有选择，{silence}。",
        "What case {case} was to bring is out of stock. Choose another article by {due}, or take the money. Otherwise: {silence}.",
    ),
    "none_by_silence": told(
        "商家没有备货，请选择", "No piece was kept: please choose",
        "商家在 {until}前没有为售后单 {case} 备货，按“{rule}”视为没有货。请在 {due}前选另一件，或改为退款；到时没有选择，{silence}。",
        "The merchant kept no piece for case {case} by {until}, so under the rule “{rule}” it counts as out of stock. "
        "Choose another article by {due}, or take the money. Otherwise: {silence}.",
    ),
    "none_by_your_silence": told(
        "逾期未备货，视为没有货", "No piece was kept in time",
        "你在 {until}前没有为售后单 {case} 备货，按“{rule}”视为没有货，消费者在 {due}前选择；到时没有选择，{silence}。",
        "You kept no piece for case {case} by {until}, so under the rule “{rule}” it counts as out of stock. "
        "The consumer chooses by {due}. Otherwise: {silence}.",
    ),
    "other_wanted": told(
        "消费者选了另一件，请备货", "Another article was chosen",
        "售后单 {case} 的消费者选了另一件，请在 {due}前留货；到时没有处理，{silence}。",
        "The consumer of case {case} chose another article. Keep a piece by {due}. Otherwise: {silence}.",
    ),
    "money_by_silence": told(
        "没有换成，改为退款", "It was turned into a refund",
        "售后单 {case} 的商品在 {until}前没有着落，按“{rule}”改为退款；约好先发货、旧件还没寄回的，寄回后再换。{next}",
        "Nothing came of the exchange of case {case} by {until}, so under the rule “{rule}” it is refunded; where it was to leave before "
        "the old piece came back, it is exchanged once that is here. {next}",
    ),
    "money_by_silence_merchant": told(
        "逾期，改为退款", "It was turned into a refund",
        "售后单 {case} 到 {until}为止没有换成，按“{rule}”改为退款；约好先发货、旧件还没寄回的，寄回后再换。",
        "Nothing came of the exchange of case {case} by {until}, so under the rule “{rule}” it is refunded; where it was to leave before "
        "the old piece came back, it is exchanged once that is here.",
    ),
    "money_chosen": told(
        "消费者选了退款", "The consumer takes the money",
        "售后单 {case} 的消费者不再换货，改为退款，你不用再发货。",
        "The consumer of case {case} takes the money instead; there is nothing left to ship.",
    ),
    "piece_shipped": told(
        "商品已发出", "Your piece is on its way",
        "售后单 {case} 的商品已发出，最晚 {due}送达；到时没有送达，{silence}。",
        "The piece of case {case} was shipped and comes by {due}. Otherwise: {silence}.",
    ),
    "piece_arrived": told(
        "商品已送达，请确认", "Your piece has arrived",
        "售后单 {case} 的商品已送达。请在 {due}前确认，不对也请在此之前说明；到时没有处理，{silence}。",
        "The piece of case {case} was delivered. Confirm it by {due}, or say what is wrong. Otherwise: {silence}.",
    ),
    "piece_arrived_merchant": told(
        "商品已送达消费者", "The piece was delivered",
        "售后单 {case} 的商品已送达，消费者在 {due}前确认；到时没有处理，{silence}。",
        "The piece of case {case} was delivered; the consumer confirms by {due}. Otherwise: {silence}.",
    ),
    "piece_traced": told(
        "正在向承运商查件", "The carrier is asked where it is",
        "售后单 {case} 的商品在 {until}前没有送达，按“{rule}”开始查找。承运商在 {due}前答复；到时没有找到，{silence}。",
        "The piece of case {case} did not arrive by {until}, so under the rule “{rule}” it is traced. "
        "The carrier answers by {due}. Otherwise: {silence}.",
    ),
    "piece_found": told(
        "商品找到了", "The piece was found",
        "售后单 {case} 的商品已找到，继续运送，最晚 {due}送达；到时没有送达，{silence}。",
        "The piece of case {case} was found and travels on; it comes by {due}. Otherwise: {silence}.",
    ),
    "piece_lost": told(
        "发给你的商品丢失了", "The piece sent to you was lost",
        "售后单 {case} 发出的商品丢失了，改为退款；先发货、旧件还没寄回的，寄回后重新换货。{next}",
        "The piece that case {case} sent you was lost. It is refunded; where it left before the old piece came back, it is exchanged anew "
        "once that is here. {next}",
    ),
    "piece_lost_merchant": told(
        "发出的商品丢失了", "The piece was lost",
        "售后单 {case} 发出的商品丢失，改为退款；先发货、旧件还没寄回的，寄回后重新换货。可以向承运商追偿。",
        "The piece that case {case} sent out was lost and is refunded; where it left before the old piece came back, it is exchanged anew "
        "once that is here. The carrier can be asked to bear it.",
    ),
    "confirmed_by_silence": told(
        "视为已确认", "It counts as confirmed",
        "你在 {until}前没有说不对，按“{rule}”视为售后单 {case} 的商品无误。{next}",
        "You reported nothing wrong by {until}, so under the rule “{rule}” the piece of case {case} counts as confirmed. {next}",
    ),
    "confirmed_merchant": told(
        "消费者已收到", "The piece is confirmed",
        "售后单 {case} 发出的商品已确认。{next}",
        "The piece that case {case} sent out is confirmed. {next}",
    ),
    "sent_elsewhere": told(
        "收货地址改了", "It goes to another address",
        "售后单 {case} 的消费者改了收货地址，新地址在页面上。请按新地址发货。",
        "The consumer of case {case} gave another address; it stands on the page. Ship it there.",
    ),
    "wrong_came": told(
        "消费者说收到的不对", "The wrong piece came",
        "售后单 {case} 的消费者说收到的不对，理由在页面上。消费者在 {due}前选择另一件或退款；到时没有选择，{silence}。",
        "The consumer of case {case} says that the wrong one came; the reason stands on its page. "
        "They choose by {due}. Otherwise: {silence}.",
    ),
    "security_wanted": told(
        "先换后退：请交保证金", "Please leave a security",
        "售后单 {case} 要先发货后寄回，请在 {due}前交保证金，旧件寄回后退还；到时没有交，{silence}。",
        "Case {case} is to be sent ahead of the return. Leave a security by {due}; it goes back with the return. Otherwise: {silence}.",
    ),
    "sent_ahead": told(
        "先发货，请记得寄回", "It is sent before the return",
        "售后单 {case} 的商品先发给你，旧件请在 {due}前寄回；到时没有寄回，{silence}。",
        "Case {case} is sent to you first. Send the old piece back by {due}. Otherwise: {silence}.",
    ),
    "sent_ahead_merchant": told(
        "先换后退", "It is sent before the return",
        "售后单 {case} 先发货，消费者在 {due}前寄回旧件；到时没有寄回，{silence}。",
        "Case {case} is sent first; the consumer sends the old piece back by {due}. Otherwise: {silence}.",
    ),
    "no_security": told(
        "没有交保证金，寄回后再换", "The goods come back first",
        "售后单 {case} 在 {until}前没有收到保证金，按“{rule}”不先发货，旧件寄回后再换。{next}",
        "No security for case {case} came by {until}, so under the rule “{rule}” it is exchanged once the goods are back. {next}",
    ),
    "called_in": told(
        "旧件还没有寄回", "The old piece is to come back",
        "售后单 {case} 的旧件在 {until}前没有寄回，按“{rule}”催还。请在 {due}前寄回；到时没有寄回，{silence}。",
        "The old piece of case {case} did not come back by {until} and is called in under the rule “{rule}”. "
        "Send it by {due}. Otherwise: {silence}.",
    ),
    "ahead_over": told(
        "旧件已收到，先换后退了结", "The old piece has come back",
        "售后单 {case} 的旧件已收到并验收，交过的保证金原路退回。{next}",
        "The old piece of case {case} is back and accepted; a security that was left goes back the way it came. {next}",
    ),
    "ahead_charged": told(
        "旧件没有寄回，按价计费", "The old piece was charged",
        "售后单 {case} 的旧件没有寄回，按价计费，保证金抵扣。{next}",
        "The old piece of case {case} never came back; its worth is charged, the security against it. {next}",
    ),
    "ahead_charged_late": told(
        "旧件没有寄回，按价计费", "The old piece was charged",
        "售后单 {case} 的旧件在 {until}前没有寄回，按“{rule}”按价计费，保证金抵扣。{next}",
        "The old piece of case {case} did not come back by {until}, so under the rule “{rule}” it is charged, "
        "the security against it. {next}",
    ),
    "piece_lost_by_silence": told(
        "商品视为丢失", "The piece counts as lost",
        "承运商在 {until}前没有找到售后单 {case} 发出的商品，按“{rule}”视为丢失，改为退款；先发货、旧件还没寄回的，寄回后重新换货。{next}",
        "The carrier did not find the piece of case {case} by {until}, so under the rule “{rule}” it counts as lost and is refunded; where "
        "it left before the old piece came back, it is exchanged anew once that is here. {next}",
    ),
    "both_kept": told(
        "旧件已计费", "The old piece was charged",
        "售后单 {case} 的旧件没有按约定寄回，已按价计费，由保证金抵扣，归你所有。",
        "The old piece of case {case} did not come back as agreed; its worth was charged, and the security that covers it is yours.",
    ),
    "debt_booked": told(
        "旧件已计费，请与商家结清", "Please settle what you owe the merchant",
        "售后单 {case} 先发出的新件归你，旧件没有按约定寄回，保证金没有抵扣的 {sum} 记为你欠商家的款。不会自动扣款，请直接付给商家。",
        "You keep the piece that case {case} sent ahead, and the old one did not come back as agreed. {sum}, which no security covers, is "
        "booked as what you owe the merchant. Nothing is collected automatically: please pay the merchant.",
    ),
    "debt_to_collect": told(
        "消费者有欠款，请自行收取", "The consumer owes you: please collect it",
        "售后单 {case} 的旧件没有按约定寄回，{sum} 记为消费者欠款。平台不代扣，请向消费者收取；收到或不再收取时，在“备货发货”登记结清。",
        "The old piece of case {case} did not come back as agreed; {sum} is booked as the consumer's debt. Nobody collects it for you: ask "
        "the consumer, and record it as settled under “To send out” once it is paid or let go.",
    ),
    "debt_open": told(
        "还有一笔欠款没有结清", "A debt is still open",
        "售后单 {case} 的旧件折价 {sum} 还没有付给商家。不会自动扣款，付过的请商家登记已结清。",
        "{sum} for the old piece of case {case} is still owed to the merchant. Nothing is collected automatically; if you have paid, ask "
        "the merchant to record it.",
    ),
    "debt_settled": told(
        "欠款已结清", "The debt is settled",
        "商家已登记售后单 {case} 的 {sum} 结清，你不用再付。",
        "The merchant recorded {sum} of case {case} as settled; there is nothing left to pay.",
    ),
    "remind_piece": told(
        "还有一件等你发出", "A piece waits to go out",
        "售后单 {case} 有一件等你备货或发出，{due}到期，还有 {left}。到时没有处理，{silence}。",
        "A piece of case {case} waits to be kept or shipped until {due}: {left} from now. Otherwise: {silence}.",
    ),
}  # fmt: skip
