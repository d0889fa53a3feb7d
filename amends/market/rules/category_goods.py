"""What a grocery's other commodities are called in Chinese and which class of goods they are: commodity | 中文 | class.

The commodities are those of The Complete Journey. `intimate` is what touches the body and is not resold once opened; flowers are
`fresh`; recordings, codes and tickets are `digital`; prints of the customer's own pictures are `custom`; medicines stand with medical
devices (an unbroken seal decides); toys and home textiles stand with apparel (a tag decides), as in the Chinese intact test.
"""

GOODS = """
ADULT INCONTINENCE | 成人失禁用品 | intimate
AIR CARE | 空气清新剂 | general
ANALGESICS | 止痛药 | medical
ANTACIDS | 胃药 | medical
APPAREL | 服装 | apparel
AUDIO/VIDEO PRODUCTS | 影音产品 | digital
AUTOMOTIVE PRODUCTS | 汽车用品 | general
BABY HBC | 婴儿护理用品 | general
BATH | 沐浴用品 | cosmetics
BATH TISSUES | 卫生纸 | general
BATTERIES | 电池 | general
BIRD SEED | 鸟食 | general
BLEACH | 漂白剂 | general
BOOKSTORE | 图书 | general
BOTTLE DEPOSITS | 瓶子押金 | general
BOUQUET (NON ROSE) | 花束 | fresh
BROOMS AND MOPS | 扫帚拖把 | general
CANDLES/ACCESSORIES | 蜡烛 | general
CAT FOOD | 猫粮 | general
CAT LITTER | 猫砂 | general
CHARCOAL AND LIGHTER FLUID | 木炭与引火油 | general
CHRISTMAS  SEASONAL | 圣诞用品 | general
CIGARETTES | 香烟 | general
CIGARS | 雪茄 | general
COFFEE FILTERS | 咖啡滤纸 | general
COLD AND FLU | 感冒药 | medical
CONTINUITIES | 连载商品 | general
COOKWARE & BAKEWARE | 锅具与烤具 | general
COSMETIC ACCESSORIES | 化妆工具 | general
DELI SUPPLIES | 熟食包材 | general
DEODORANTS | 止汗香体 | cosmetics
DIAPERS & DISPOSABLES | 纸尿裤 | general
DIETARY AID PRODUCTS | 膳食辅助品 | food
DISHWASH DETERGENTS | 洗洁精 | general
DISPOSIBLE FOILWARE | 一次性锡纸容器 | general
DOG FOODS | 狗粮 | general
DOLLAR VALUE PRODUCTS | 一元商品 | general
DOMESTIC GOODS | 家居布品 | apparel
EASTER | 复活节用品 | general
EASTER LILY | 复活节百合 | fresh
ELECTRICAL SUPPPLIES | 电工用品 | general
ETHNIC PERSONAL CARE | 民族个人护理 | cosmetics
EYE AND EAR CARE PRODUCTS | 眼耳护理用品 | medical
FACIAL TISS/DNR NAPKIN | 纸巾 | general
FALL AND WINTER SEASONAL | 秋冬用品 | general
FAMILY PLANNING | 计生用品 | intimate
FD WRAPS/BAGS/TRSH BG | 保鲜膜与垃圾袋 | general
FEMININE HYGIENE | 女性卫生用品 | intimate
FILM AND CAMERA PRODUCTS | 胶卷与相机用品 | electronics
FIREWORKS | 烟花 | general
FIRST AID PRODUCTS | 急救用品 | medical
FLORAL BALLOONS | 花艺气球 | general
FLORAL- HARD GOODS | 花器 | general
FLORAL-ACCESSORIES | 花艺配件 | general
FLORAL-FLOWERING PLANTS | 开花盆栽 | fresh
FLORAL-FOLIAGE PLANTS | 观叶盆栽 | fresh
FLORAL-FRESH CUT | 鲜切花 | fresh
FOOT CARE PRODUCTS | 足部护理 | general
FRAGRANCES | 香水 | cosmetics
GARDEN CENTER | 园艺用品 | general
GIFT & FRUIT BASKETS | 水果礼篮 | fresh
GLASSES/VISION AIDS | 眼镜 | medical
GLASSWARE & DINNERWARE | 玻璃器皿与餐具 | general
GREETING CARDS/WRAP/PARTY SPLY | 贺卡与派对用品 | general
HAIR CARE ACCESSORIES | 发饰 | general
HAIR CARE PRODUCTS | 护发用品 | cosmetics
HALLOWEEN | 万圣节用品 | general
HAND/BODY/FACIAL PRODUCTS | 手部身体面部护理 | cosmetics
HARDWARE SUPPLIES | 五金 | general
HOME FREEZING & CANNING SUPPLY | 冷冻与罐装用具 | general
HOME FURNISHINGS | 家饰 | apparel
HOME HEALTH CARE | 家用护理器械 | medical
HOSIERY/SOCKS | 袜类 | intimate
HOUSEHOLD CLEANG NEEDS | 家用清洁用品 | general
IN-STORE PHOTOFINISHING | 店内照片冲印 | custom
INFANT CARE PRODUCTS | 婴儿用品 | general
INSECTICIDES | 杀虫剂 | general
IRONING AND CHEMICALS | 熨烫与化学用品 | general
J-HOOKS | 挂钩陈列小件 | general
KITCHEN GADGETS | 厨房小工具 | general
LAUNDRY ADDITIVES | 洗衣助剂 | general
LAUNDRY DETERGENTS | 洗衣液 | general
LAWN AND GARDEN SHOP | 草坪与花园用品 | general
LAXATIVES | 通便药 | medical
LONG DISTANCE CALLING CARDS | 长途电话卡 | digital
MAGAZINE | 杂志 | newspaper
MAKEUP AND TREATMENT | 彩妆护肤 | cosmetics
MEAT SUPPLIES | 肉类包材 | general
MISCELLANEOUS HBC | 其他个护 | general
NATURAL HBC | 天然个护 | cosmetics
NEWSPAPER | 报纸 | newspaper
NON EDIBLE PRODUCTS | 非食用品 | general
ORAL HYGIENE PRODUCTS | 口腔护理 | general
OVERNIGHT PHOTOFINISHING | 隔夜照片冲印 | custom
PAPER HOUSEWARES | 纸制家居用品 | general
PAPER TOWELS | 厨房纸 | general
PERSONAL CARE APPLIANCES | 个人护理电器 | appliance
PET CARE SUPPLIES | 宠物用品 | general
PHARMACY | 药房商品 | medical
PLASTIC HOUSEWARES | 塑料家居用品 | general
PORTABLE ELECTRIC APPLIANCES | 便携电器 | appliance
PREPAID WIRELESS&ACCESSORIES | 预付费通信与配件 | digital
PROD SUPPLIES | 果蔬包材 | general
PROPANE | 丙烷罐 | general
ROSES | 玫瑰 | fresh
SEWING | 缝纫用品 | general
SHAVING CARE PRODUCTS | 剃须护理 | cosmetics
SHOE CARE | 鞋类护理 | general
SINUS AND ALLERGY | 鼻窦与过敏药 | medical
SMOKING CESSATIONS | 戒烟用品 | medical
SOAP - LIQUID & BAR | 香皂与洗手液 | cosmetics
SPORTS MEMORABLILIA | 体育纪念品 | general
SPRING/SUMMER SEASONAL | 春夏用品 | general
STATIONERY & SCHOOL SUPPLIES | 文具 | general
SUNTAN | 防晒 | cosmetics
TICKETS | 票券 | digital
TOBACCO OTHER | 其他烟草 | general
TOYS | 玩具 | apparel
TOYS AND GAMES | 玩具与游戏 | apparel
VALENTINE | 情人节用品 | general
WATCHES/CALCULATORS/LOBBY | 手表与计算器 | electronics
"""

# For articles whose commodity the data does not name: department | 中文 | class.
DEPARTMENTS = """
AUTOMOTIVE | 汽车用品 | general
CHARITABLE CONT | 慈善捐赠 | general
CHEF SHOPPE | 厨师工坊熟食 | fresh
CNTRL/STORE SUP | 门店用品 | general
COSMETICS | 化妆品 | cosmetics
DELI | 熟食 | fresh
DRUG GM | 日用百货 | general
FLORAL | 花卉 | fresh
FROZEN GROCERY | 冷冻杂货 | fresh
GARDEN CENTER | 园艺用品 | general
GM MERCH EXP | 百货 | general
GROCERY | 杂货 | food
HOUSEWARES | 家居用品 | general
MEAT | 肉类 | fresh
MEAT-PCKGD | 包装肉类 | fresh
MISCELLANEOUS | 其他商品 | general
NUTRITION | 营养食品 | food
PASTRY | 糕点 | fresh
PHOTO & VIDEO | 照片与视频 | general
POSTAL CENTER | 邮政柜台 | general
PROD-WHS SALES | 果蔬仓储 | general
PRODUCE | 果蔬 | fresh
RESTAURANT | 餐饮 | fresh
SALAD BAR | 沙拉自助 | fresh
SEAFOOD | 海鲜 | fresh
SEAFOOD-PCKGD | 包装海鲜 | fresh
SPIRITS | 烈酒 | food
TOYS | 玩具 | apparel
TRAVEL & LEISURE | 旅行休闲 | general
"""
