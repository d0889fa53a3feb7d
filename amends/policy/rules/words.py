"""The words of the trade that rules are written in, as enums, with their names in both languages. They carry no rule."""

from __future__ import annotations

from enum import StrEnum

from amends.kernel.texts import Text, say


class IssueGroup(StrEnum):
    """What kind of matter an issue type is: it fixes window, freight and burden of proof."""

    NO_REASON = "no_reason"
    FAULT = "fault"
    WRONG = "wrong"
    NOT_ARRIVED = "not_arrived"
    OTHER = "other"


class IssueType(StrEnum):
    """What went wrong (问题类型)."""

    QUALITY = "quality"
    NOT_AS_DESCRIBED = "not_as_described"
    WRONG_ITEM = "wrong_item"
    MISSING_ITEM = "missing_item"
    DAMAGED = "damaged"
    LOST = "lost"
    LATE = "late"
    MISDELIVERED = "misdelivered"
    SPOILED = "spoiled"
    SHORT_WEIGHT = "short_weight"
    SERVICE = "service"
    PRICE = "price"
    NO_REASON = "no_reason"
    HAZARD = "hazard"
    OTHER = "other"

    @property
    def group(self) -> IssueGroup:
        return GROUP_OF[self]


class Remedy(StrEnum):
    """What may be asked for (解决方案)."""

    REFUND_ONLY = "refund_only"
    RETURN_REFUND = "return_refund"
    EXCHANGE = "exchange"
    REPAIR = "repair"
    RESEND = "resend"
    PRICE_ADJUSTMENT = "price_adjustment"
    VOUCHER = "voucher"
    GOODWILL = "goodwill"


class GoodsClass(StrEnum):
    """The kinds of goods that rules tell apart."""

    GENERAL = "general"
    APPAREL = "apparel"
    ELECTRONICS = "electronics"
    PHONE = "phone"
    COMPUTER = "computer"
    APPLIANCE = "appliance"
    AIR_CONDITIONER = "air_conditioner"
    FOOD = "food"
    FRESH = "fresh"
    COSMETICS = "cosmetics"
    MEDICAL = "medical"
    INTIMATE = "intimate"
    DIGITAL = "digital"
    CUSTOM = "custom"
    NEWSPAPER = "newspaper"
    NEAR_EXPIRY = "near_expiry"
    CAR = "car"


class Trait(StrEnum):
    """What sets these very goods apart from others of their class; a pack lays a trait's cell over the class (特征)."""

    FRESH = "fresh"
    MADE_TO_ORDER = "made_to_order"
    DIGITAL = "digital"
    SEALED_ONE_OFF = "sealed_one_off"
    SERIALISED = "serialised"
    DURABLE = "durable"
    NEAR_EXPIRY = "near_expiry"


class State(StrEnum):
    """Where the goods are, as far as rights depend on it."""

    UNSHIPPED = "unshipped"
    TRANSIT = "transit"
    RECEIVED = "received"


class Lane(StrEnum):
    """Who looks at a claim (通道): nobody, nobody but the books, a person helped by the rules, an expert. Never whether it is open."""

    INSTANT = "instant"
    AUTOMATIC = "automatic"
    ASSISTED = "assisted"
    EXPERT = "expert"


GROUP_OF: dict[IssueType, IssueGroup] = {
    IssueType.NO_REASON: IssueGroup.NO_REASON,
    IssueType.QUALITY: IssueGroup.FAULT,
    IssueType.DAMAGED: IssueGroup.FAULT,
    IssueType.SPOILED: IssueGroup.FAULT,
    IssueType.HAZARD: IssueGroup.FAULT,
    IssueType.NOT_AS_DESCRIBED: IssueGroup.WRONG,
    IssueType.WRONG_ITEM: IssueGroup.WRONG,
    IssueType.MISSING_ITEM: IssueGroup.WRONG,
    IssueType.SHORT_WEIGHT: IssueGroup.WRONG,
    IssueType.LOST: IssueGroup.NOT_ARRIVED,
    IssueType.LATE: IssueGroup.NOT_ARRIVED,
    IssueType.MISDELIVERED: IssueGroup.NOT_ARRIVED,
    IssueType.SERVICE: IssueGroup.OTHER,
    IssueType.PRICE: IssueGroup.OTHER,
    IssueType.OTHER: IssueGroup.OTHER,
}

ISSUE_NAMES: dict[IssueType, Text] = {
    IssueType.QUALITY: say("质量问题", "quality problem"),
    IssueType.NOT_AS_DESCRIBED: say("与描述不符", "not as described"),
    IssueType.WRONG_ITEM: say("发错商品", "wrong item"),
    IssueType.MISSING_ITEM: say("少件", "missing item"),
    IssueType.DAMAGED: say("破损", "damaged"),
    IssueType.LOST: say("包裹丢失", "lost parcel"),
    IssueType.LATE: say("逾期未到", "late"),
    IssueType.MISDELIVERED: say("误投", "misdelivered"),
    IssueType.SPOILED: say("变质", "spoiled"),
    IssueType.SHORT_WEIGHT: say("缺斤少两", "short weight"),
    IssueType.SERVICE: say("服务态度", "service attitude"),
    IssueType.PRICE: say("价格问题", "price"),
    IssueType.NO_REASON: say("不想要了", "change of mind"),
    IssueType.HAZARD: say("安全隐患", "hazard"),
    IssueType.OTHER: say("其他", "other"),
}

GROUP_NAMES: dict[IssueGroup, Text] = {
    IssueGroup.NO_REASON: say("无理由", "no reason"),
    IssueGroup.FAULT: say("商品有问题", "faulty goods"),
    IssueGroup.WRONG: say("不符合约定", "not what was agreed"),
    IssueGroup.NOT_ARRIVED: say("没有收到", "not arrived"),
    IssueGroup.OTHER: say("其他", "other"),
}

REMEDY_NAMES: dict[Remedy, Text] = {
    Remedy.REFUND_ONLY: say("仅退款", "refund only"),
    Remedy.RETURN_REFUND: say("退货退款", "return and refund"),
    Remedy.EXCHANGE: say("换货", "exchange"),
    Remedy.REPAIR: say("维修", "repair"),
    Remedy.RESEND: say("补发", "resend"),
    Remedy.PRICE_ADJUSTMENT: say("折价补偿", "price adjustment"),
    Remedy.VOUCHER: say("优惠券补偿", "voucher"),
    Remedy.GOODWILL: say("小额打款", "goodwill payment"),
}

GOODS_NAMES: dict[GoodsClass, Text] = {
    GoodsClass.GENERAL: say("一般商品", "general goods"),
    GoodsClass.APPAREL: say("服饰鞋包、玩具、家纺、家居", "apparel, shoes, bags, toys, home goods"),
    GoodsClass.ELECTRONICS: say("电子产品", "electronics"),
    GoodsClass.PHONE: say("手机", "mobile phones"),
    GoodsClass.COMPUTER: say("电脑", "computers"),
    GoodsClass.APPLIANCE: say("家用电器", "household appliances"),
    GoodsClass.AIR_CONDITIONER: say("空调", "air conditioners"),
    GoodsClass.FOOD: say("食品", "food"),
    GoodsClass.FRESH: say("生鲜", "fresh goods"),
    GoodsClass.COSMETICS: say("化妆品", "cosmetics"),
    GoodsClass.MEDICAL: say("医疗器械", "medical devices"),
    GoodsClass.INTIMATE: say("贴身用品", "intimate goods"),
    GoodsClass.DIGITAL: say("音像、软件和数字商品", "audio, video, software and digital goods"),
    GoodsClass.CUSTOM: say("定制商品", "made to order"),
    GoodsClass.NEWSPAPER: say("报纸期刊", "newspapers and periodicals"),
    GoodsClass.NEAR_EXPIRY: say("临期或已说明瑕疵的商品", "near-expiry goods or goods sold with a stated flaw"),
    GoodsClass.CAR: say("家用汽车", "cars"),
}

TRAIT_NAMES: dict[Trait, Text] = {
    Trait.FRESH: say("鲜活易腐", "fresh and perishable"),
    Trait.MADE_TO_ORDER: say("定作", "made to order"),
    Trait.DIGITAL: say("数字化商品", "digital"),
    Trait.SEALED_ONE_OFF: say("必要的一次性密封包装", "in a necessary one-off sealed package"),
    Trait.SERIALISED: say("有序列号", "with a serial number"),
    Trait.DURABLE: say("耐用商品", "durable"),
    Trait.NEAR_EXPIRY: say("临期或有瑕疵，已明示", "near expiry or flawed, and disclosed as such"),
}

STATE_NAMES: dict[State, Text] = {
    State.UNSHIPPED: say("未发货", "not shipped"),
    State.TRANSIT: say("运输中", "in transit"),
    State.RECEIVED: say("已收货", "received"),
}

LANE_NAMES: dict[Lane, Text] = {
    Lane.INSTANT: say("极速退款", "instant refund"),
    Lane.AUTOMATIC: say("自动通过", "automatic approval"),
    Lane.ASSISTED: say("人工处理", "a person decides, assisted"),
    Lane.EXPERT: say("专人处理", "an expert decides"),
}

CHANNEL_NAMES: dict[str, Text] = {
    "online": say("网店", "online shop"),
    "tv": say("电视购物", "television"),
    "phone": say("电话购物", "telephone"),
    "mail": say("邮购", "mail order"),
    "live": say("直播", "live stream"),
    "group_buying": say("社区团购", "community group buying"),
    "doorstep": say("上门推销", "doorstep"),
    "shop": say("实体店", "a shop one walks into"),
}

PROOF_NAMES: dict[str, Text] = {
    "inspection": say("验货结果", "the inspection"),
    "tracking": say("物流记录", "the tracking record"),
    "photo": say("照片或视频", "photos or video"),
    "test": say("检测报告", "a test report"),
    "admission": say("对方承认", "the party's own admission"),
}
