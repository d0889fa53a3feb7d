"""What a grocery's eatable commodities are called in Chinese and which class of goods they are: commodity | 中文 | class.

The commodities are those of The Complete Journey. `fresh` is what spoils on the way without a cold chain (frozen meat, fish and ice
cream too), and so falls under CN-7D's exclusion of fresh and perishable goods; `food` keeps in its package.
"""

FOOD = """
APPLES | 苹果 | fresh
BABY FOODS | 婴儿辅食 | food
BABYFOOD | 婴儿辅食 | food
BACON | 培根 | fresh
BAG SNACKS | 袋装零食 | food
BAKED BREAD/BUNS/ROLLS | 面包 | fresh
BAKED SWEET GOODS | 甜糕点 | fresh
BAKERY PARTY TRAYS | 烘焙拼盘 | fresh
BAKING | 烘焙原料 | food
BAKING MIXES | 烘焙预拌粉 | food
BAKING NEEDS | 烘焙用料 | food
BEANS - CANNED GLASS & MW | 罐装豆类 | food
BEEF | 牛肉 | fresh
BEERS/ALES | 啤酒 | food
BERRIES | 浆果 | fresh
BEVERAGE | 饮料 | food
BREAD | 面包 | fresh
BREAKFAST SAUSAGE/SANDWICHES | 早餐香肠与三明治 | fresh
BREAKFAST SWEETS | 早餐甜点 | fresh
BROCCOLI/CAULIFLOWER | 西兰花与花菜 | fresh
BULK FOODS | 散装食品 | food
BUTTER | 黄油 | fresh
CAKES | 蛋糕 | fresh
CANDY - CHECKLANE | 收银台糖果 | food
CANDY - PACKAGED | 包装糖果 | food
CANNED JUICES | 罐装果汁 | food
CANNED MILK | 罐装牛奶 | food
CARROTS | 胡萝卜 | fresh
CEREAL/BREAKFAST | 早餐谷物 | food
CHEESE | 奶酪 | fresh
CHEESES | 熟食柜奶酪 | fresh
CHICKEN | 鸡肉 | fresh
CHICKEN/POULTRY | 熟制禽肉 | fresh
CHIPS&SNACKS | 薯片零食 | food
CITRUS | 柑橘 | fresh
COCOA MIXES | 可可粉 | food
COFFEE | 咖啡 | food
COFFEE SHOP | 现制咖啡 | fresh
COFFEE SHOP SWEET GOODS&RETAIL | 咖啡店甜点 | fresh
COLD CEREAL | 冷食麦片 | food
CONDIMENTS | 调味品 | food
CONDIMENTS/SAUCES | 调味酱 | food
CONVENIENT BRKFST/WHLSM SNACKS | 即食早餐与谷物棒 | food
COOKIES | 现烤曲奇 | fresh
COOKIES/CONES | 饼干与蛋筒 | food
CORN | 玉米 | fresh
CRACKERS/MISC BKD FD | 咸饼干 | food
DELI MEATS | 熟食肉类 | fresh
DELI SPECIALTIES (RETAIL PK) | 熟食特色包装 | fresh
DINNER MXS:DRY | 速食晚餐料 | food
DINNER SAUSAGE | 正餐香肠 | fresh
DOMESTIC WINE | 国产葡萄酒 | food
DRIED FRUIT | 果干 | food
DRY BN/VEG/POTATO/RICE | 干豆与大米 | food
DRY MIX DESSERTS | 甜点预拌粉 | food
DRY NOODLES/PASTA | 干面与意面 | food
DRY SAUCES/GRAVY | 干酱料 | food
DRY TEA/COFFEE/COCO MIX | 茶与咖啡冲剂 | food
EGGS | 鸡蛋 | fresh
EXOTIC GAME/FOWL | 野味禽肉 | fresh
FITNESS&DIET | 健身代餐 | food
FLOUR & MEALS | 面粉 | food
FLUID MILK PRODUCTS | 鲜奶 | fresh
FROZEN | 冷冻食品 | fresh
FROZEN - BOXED(GROCERY) | 盒装冷冻海鲜 | fresh
FROZEN BREAD/DOUGH | 冷冻面团 | fresh
FROZEN CHICKEN | 冷冻鸡肉 | fresh
FROZEN MEAT | 冷冻肉 | fresh
FROZEN PACKAGE MEAT | 包装冷冻肉 | fresh
FROZEN PIE/DESSERTS | 冷冻派与甜点 | fresh
FROZEN PIZZA | 冷冻披萨 | fresh
FRUIT - SHELF STABLE | 水果罐头 | food
FRZN BREAKFAST FOODS | 冷冻早餐 | fresh
FRZN FRUITS | 冷冻水果 | fresh
FRZN ICE | 食用冰 | fresh
FRZN JCE CONC/DRNKS | 冷冻浓缩果汁 | fresh
FRZN MEAT/MEAT DINNERS | 冷冻肉类主餐 | fresh
FRZN NOVELTIES/WTR ICE | 冰棒雪糕 | fresh
FRZN POTATOES | 冷冻薯条 | fresh
FRZN SEAFOOD | 冷冻海鲜 | fresh
FRZN VEGETABLE/VEG DSH | 冷冻蔬菜 | fresh
GRAPES | 葡萄 | fresh
HEAT/SERVE | 加热即食 | fresh
HERBS | 香草 | fresh
HISPANIC | 拉美风味食品 | food
HOT CEREAL | 热食麦片 | food
HOT DOGS | 热狗肠 | fresh
ICE CREAM/MILK/SHERBTS | 冰淇淋 | fresh
IMPORTED WINE | 进口葡萄酒 | food
INFANT FORMULA | 婴儿配方奶粉 | food
ISOTONIC DRINKS | 运动饮料 | food
JUICE | 果汁 | food
LAMB | 羊肉 | fresh
LIQUOR | 烈酒 | food
LUNCHMEAT | 午餐肉片 | fresh
MARGARINES | 人造黄油 | fresh
MEAT - MISC | 其他肉类 | fresh
MEAT - SHELF STABLE | 肉罐头 | food
MELONS | 瓜类 | fresh
MILK BY-PRODUCTS | 乳制品 | fresh
MISC WINE | 其他葡萄酒 | food
MISC. DAIRY | 其他乳品 | fresh
MISCELLANEOUS | 其他肉制品 | fresh
MISCELLANEOUS CROUTONS | 面包丁 | food
MOLASSES/SYRUP/PANCAKE MIXS | 糖浆与松饼粉 | food
MUSHROOMS | 蘑菇 | fresh
NATURAL VITAMINS | 天然维生素 | food
NDAIRY/TEAS/JUICE/SOD | 非乳饮品 | food
NEW AGE | 新式饮料 | food
NON-DAIRY BEVERAGES | 植物奶 | food
NUTS | 坚果 | food
OLIVES | 橄榄 | food
ONIONS | 洋葱 | fresh
ORGANICS FRUIT & VEGETABLES | 有机果蔬 | fresh
PACKAGED NATURAL SNACKS | 天然包装零食 | food
PARTY TRAYS | 派对拼盘 | fresh
PASTA SAUCE | 意面酱 | food
PEARS | 梨 | fresh
PEPPERS-ALL | 椒类 | fresh
PICKLE/RELISH/PKLD VEG | 腌菜 | food
PIES | 派 | fresh
PKG.SEAFOOD MISC | 包装海鲜 | fresh
PNT BTR/JELLY/JAMS | 花生酱与果酱 | food
POPCORN | 爆米花 | food
PORK | 猪肉 | fresh
POTATOES | 土豆 | fresh
PREPARED FOOD | 熟食 | fresh
PREPARED/PKGD FOODS | 包装即食食品 | food
PROCESSED | 加工果蔬 | fresh
PWDR/CRYSTL DRNK MX | 冲饮粉 | food
QUICK SERVICE | 快餐 | fresh
REFRGRATD DOUGH PRODUCTS | 冷藏面团 | fresh
REFRGRATD JUICES/DRNKS | 冷藏果汁 | fresh
REFRIGERATED | 冷藏食品 | fresh
RESTRICTED DIET | 特殊膳食 | food
RICE CAKES | 米饼 | food
ROLLS | 餐包 | fresh
RW FRESH PROCESSED MEAT | 鲜制加工肉 | fresh
SALAD BAR | 沙拉自助 | fresh
SALAD MIX | 混合沙拉菜 | fresh
SALADS/DIPS | 沙拉与蘸酱 | fresh
SALD DRSNG/SNDWCH SPRD | 沙拉酱 | food
SANDWICHES | 三明治 | fresh
SEAFOOD - FROZEN | 冷冻海鲜 | fresh
SEAFOOD - MISC | 其他海鲜 | fresh
SEAFOOD - SHELF STABLE | 海鲜罐头 | food
SEAFOOD-FRESH | 鲜海鲜 | fresh
SEASONAL | 时令果蔬 | fresh
SERVICE BEVERAGE | 现制饮料 | fresh
SHORTENING/OIL | 食用油 | food
SMOKED MEATS | 熏肉 | fresh
SNACK NUTS | 坚果零食 | food
SNACKS | 熟食小吃 | fresh
SNKS/CKYS/CRKR/CNDY | 天然饼干糖果 | food
SOFT DRINKS | 软饮料 | food
SOUP | 汤 | food
SPICES & EXTRACTS | 香料 | food
SQUASH | 南瓜类 | fresh
STONE FRUIT | 核果 | fresh
SUGARS/SWEETNERS | 糖 | food
SUSHI | 寿司 | fresh
SWEET GOODS & SNACKS | 甜点小吃 | fresh
SYRUPS/TOPPINGS | 糖浆与浇料 | food
TEAS | 茶 | food
TOMATOES | 番茄 | fresh
TROPICAL FRUIT | 热带水果 | fresh
TURKEY | 火鸡 | fresh
VALUE ADDED FRUIT | 切配水果 | fresh
VALUE ADDED VEGETABLES | 切配蔬菜 | fresh
VEAL | 小牛肉 | fresh
VEGETABLES - ALL OTHERS | 其他蔬菜 | fresh
VEGETABLES - SHELF STABLE | 蔬菜罐头 | food
VEGETABLES SALAD | 沙拉蔬菜 | fresh
VITAMINS | 维生素 | food
WAREHOUSE SNACKS | 量贩零食 | food
WATER | 水 | food
WATER - CARBONATED/FLVRD DRINK | 气泡水与风味水 | food
YOGURT | 酸奶 | fresh
"""
