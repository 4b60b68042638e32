"""The invented words: names of places and units, categories, and the phrases cases are told in.

Every name of a street, community, estate and resident is made up. The two-sign stems were
put together by chance and those that occur in the list of Beijing's communities and villages
were thrown out (tests/invented checks it again where that list is at hand). Department names
are the ones every district has. Categories are written as the paths of a Beijing district's
export; the phrases under them are made up.
"""

from dataclasses import dataclass


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DISTRICT = "云川区"
DISTRICT_STEM = "云川"
STREETS = _names(
    "青禾 砚湖 鹭桥 松篱 榆荫 苇湾 云麓 梧岸 棠屏 听泉 竹汀 枫露 "
    "麦浪 桐雨 柳笛 芷兰 鹤屿 栗香 槐序 霁月 荻花 墨池 石磬 星槎"
)
TOWNS = ("藕乡", "雁汀")
DISSOLVED_STREET = "杏屏"
"""The street that a reform dissolves into the two streets at DISSOLVED_INTO."""
DISSOLVED_INTO = (14, 20)

STEMS = _names(
    "暮檐 麦荫 柳弦 栗汀 素枝 雁岸 霁篱 磬澜 棠泉 松灯 荻渚 藕岸 雁舟 霜砌 磬笺 露穗 霜阶 藕篱 "
    "朝弦 杏蓑 岚月 栗弦 槐渚 梨帆 桑澜 砚月 桐槎 锦畦 桑穗 荷坞 桐蓑 麦篱 蒲蓑 磬帆 翠露 桑岸 "
    "蒲岸 麦枝 荷枝 梧渚 磬畦 菱棂 禾澜 墨灯 柳舟 梧笠 榆畦 汐序 杏灯 柳灯 暮笠 砚穗 梨蓑 锦岫 "
    "松汀 露荫 墨舟 桑麓 素岫 禾渚 蒲枝 锦笛 藕灯 藕序 芷岸 菱枝 朝桨 磬坞 墨桨 霁畦 汐舟 素蓑 "
    "素序 蒲灯 菱岫 汐棂 棠笺 禾屏 磬露 竹澜 霜磬 朝岸 槐舟 翠笠 岚渚 霁露 榆露 菱屿 麦露 霜岸 "
    "霜屏 梨畦 芷弦 桑浪 岚屏 蒲浪 翠槎 栗畦 梧屿 汐磬 藕露 岚岫 柳汀 翠弦 锦露 晴棂 柳笠 鹭序 "
    "瑶蓑 桐屿 菱畦 榆岫 苇渚 柳麓 槐枝 芷蓑 枫棂 芷澜 霜麓 暮帆 汐阶 藕荫 萤帆 槐篱 芷篱 苇篱 "
    "槐月 榆浪 翠笛 梨泉 霁帆 鹭阶 菱澜 苇笺 桐砌 榆澜 枫序 砚屏 梧汀 栗渚 桑岫 霁荫 荻砌 霁磬 "
    "枫弦 蒲笺 晴磬 棠浪 槐槎 朝棂 麦笠 荻坞 桐荫 汐月 枫笺 素砌 砚枝 翠笺 枫砌 杏笠 枫浪 荷屿 "
    "竹檐 松屏 朝笛 竹序 素磬 禾屿 杏磬 瑶屿 鹭岫 砚棂 梧泉 露笠 暮篱 墨荫 栗笺 禾汀 荷麓 荷檐"
)
COMMUNITY_ENDINGS = ("里", "东里", "西里", "苑", "园", "北里", "路", "南里")
ESTATE_ENDINGS = ("家园", "嘉苑", "小区", "新居", "雅居", "公寓", "佳园", "花园")

DEPARTMENTS = _names(
    "区住房建设委 区城管执法局 区城市管理委 区供热办 区市场监管局 区教委 区卫生健康委 区医保局 "
    "区人力社保局 区民政局 公安云川分局 云川交通支队 区交通局 区生态环境局 区水务局 区园林绿化局 "
    "区农业农村局 区文化和旅游局 区体育局 区消防救援支队 区应急管理局 规划自然资源云川分局 "
    "区退役军人事务局 区残联 区财政局 区发展改革委 区商务局 区科技和信息化局 区民族宗教办 "
    "区房管局 区环卫中心 区政务服务局 区信访办 区司法局 区统计局 区税务局 "
    "区总工会 区妇联 区国资委 区重大项目办"
)
DISTRICT_OFFICE = "区政务服务局"
"""Answers for the district where nobody knows the place of a case."""
ENTERPRISES = _names(
    "云川热力公司 云川自来水公司 云川燃气公司 云川供电公司 云川公交客运公司 云川排水公司"
)
FIRM_STEMS = ("晨序", "禾年", "朗汀", "微澜", "拾穗", "青砌", "素心里", "望岫")
FIRM_KINDS = ("物业服务有限公司", "健身有限公司", "餐饮店", "便利店", "教育咨询有限公司")
SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
ADDRESS_WORDS = ("先生", "女士")

KINDS = ("投诉", "求助", "举报", "建议", "咨询")
CHANNELS = ("电话", "网络")
SATISFACTION = ("满意", "基本满意", "一般", "不满意")
GROUNDS = (
    "诉求不合理",
    "诉求违法",
    "不可抗力",
    "非本辖区职责",
    "恶意重复反映",
    "商业性投诉",
    "已进入法律程序",
)
TAGS = ("七有五性", "每月一题", "控烟", "营商环境")

FLAT = (1.0,) * 12
HEATING = (2.2, 1.6, 0.7, 0.05, 0.02, 0.02, 0.02, 0.02, 0.1, 0.9, 8.0, 3.4)
RAIN = (0.5, 0.5, 0.6, 0.7, 0.8, 1.4, 2.7, 2.5, 1.1, 0.7, 0.5, 0.5)
SUMMER = (0.6, 0.6, 0.8, 0.9, 1.2, 1.4, 1.4, 1.3, 1.1, 0.9, 0.8, 0.7)
SCHOOL = (0.6, 0.6, 0.9, 0.9, 1.1, 1.5, 1.8, 2.6, 1.4, 0.6, 0.5, 0.6)
WAGES = (2.6, 1.4, 0.7, 0.7, 0.8, 0.8, 0.8, 0.9, 0.9, 0.9, 1.1, 1.8)


@dataclass(frozen=True)
class Category:
    """One path of the taxonomy and how its cases come and go.

    `weight` is its share of all cases before season and place; `at_street` the share led by
    a street office, the rest going to `units`; `hours` the time allowed; `ease` shifts the
    chance of being solved (log odds); `told` are what residents say.
    """

    path: str
    weight: float
    at_street: float
    units: tuple[str, ...]
    hours: int
    ease: float
    season: tuple[float, ...]
    told: tuple[str, ...]

    @property
    def levels(self) -> tuple[str, str, str]:
        one, two, three = self.path.split("->")
        return one, two, three


def _category(
    path: str,
    weight: float,
    at_street: float,
    units: str,
    hours: int,
    ease: float,
    season: tuple[float, ...],
    told: str,
) -> Category:
    return Category(
        path.replace(">", "->"),
        weight,
        at_street,
        tuple(units.split()),
        hours,
        ease,
        season,
        tuple(told.split()),
    )


WEEK, TWO_WEEKS, DAY = 7 * 24, 15 * 24, 24
CATEGORIES = (
    _category(
        "公共服务>供暖>室温不达标",
        6.0,
        0.25,
        "区供热办 云川热力公司",
        DAY,
        0.0,
        HEATING,
        "家中暖气不热室温只有十五度 供暖后客厅温度不达标 暖气片上热下凉多次反映未解决",
    ),
    _category(
        "公共服务>供暖>管道漏水",
        1.6,
        0.25,
        "区供热办 云川热力公司",
        DAY,
        0.3,
        HEATING,
        "暖气管道漏水地面积水 楼道暖气立管滴水 试水时暖气阀门漏水",
    ),
    _category(
        "公共服务>供电>停电报修",
        1.4,
        0.3,
        "云川供电公司",
        DAY,
        0.6,
        SUMMER,
        "整栋楼停电没有通知 楼道断电电梯停运 电压不稳电器无法使用",
    ),
    _category(
        "公共服务>燃气>燃气维修",
        0.8,
        0.2,
        "云川燃气公司",
        DAY,
        0.6,
        FLAT,
        "燃气表不显示无法用气 楼道内闻到燃气味 燃气管道锈蚀需要检修",
    ),
    _category(
        "住房城乡建设>物业管理>电梯故障",
        4.5,
        0.75,
        "区住房建设委 区房管局",
        WEEK,
        -0.1,
        FLAT,
        "电梯经常困人 电梯停运一周无人修理 电梯异响老人出行不便",
    ),
    _category(
        "住房城乡建设>物业管理>停车管理",
        7.0,
        0.8,
        "区住房建设委",
        WEEK,
        -0.5,
        FLAT,
        "外来车辆占用业主车位 小区内乱停车堵住单元门 物业停车费涨价没有公示",
    ),
    _category(
        "住房城乡建设>物业管理>物业服务",
        6.5,
        0.8,
        "区住房建设委 区房管局",
        WEEK,
        -0.4,
        FLAT,
        "物业长期不打扫楼道 楼道灯损坏物业不修 业主大会筹备迟迟没有进展",
    ),
    _category(
        "住房城乡建设>房屋质量>渗漏与开裂",
        3.8,
        0.6,
        "区住房建设委 区房管局",
        TWO_WEEKS,
        -0.5,
        RAIN,
        "屋顶漏雨墙皮脱落 外墙渗水家中发霉 雨后顶层卧室漏水",
    ),
    _category(
        "城市管理>市容环境>占道经营",
        3.8,
        0.8,
        "区城管执法局",
        WEEK,
        0.0,
        SUMMER,
        "路口有摊贩占道经营 早市占用人行道 烧烤摊油烟和占道问题",
    ),
    _category(
        "城市管理>市容环境>垃圾清运不及时",
        4.6,
        0.85,
        "区环卫中心 区城市管理委",
        WEEK,
        0.4,
        SUMMER,
        "垃圾桶满溢无人清运 建筑垃圾堆放多日 大件垃圾堆在单元门口",
    ),
    _category(
        "城市管理>市政设施>道路破损",
        2.6,
        0.55,
        "区城市管理委 区交通局",
        TWO_WEEKS,
        0.1,
        RAIN,
        "门前道路坑洼不平 井盖松动有声响 人行道砖破损绊倒老人",
    ),
    _category(
        "城市管理>市政设施>路灯照明",
        1.6,
        0.5,
        "区城市管理委",
        WEEK,
        0.6,
        FLAT,
        "路灯不亮夜间出行不便 新建道路没有路灯 路灯白天不灭",
    ),
    _category(
        "城市管理>违法建设>疑似违建",
        3.6,
        0.85,
        "区城管执法局 规划自然资源云川分局",
        TWO_WEEKS,
        -0.7,
        FLAT,
        "楼顶有人加盖房屋 一层住户私搭小院 底商外扩搭建棚子",
    ),
    _category(
        "市场管理>单用途预付卡>健身卡",
        2.0,
        0.1,
        "区体育局 区市场监管局",
        TWO_WEEKS,
        -0.6,
        FLAT,
        "健身房关门无法退卡 办理健身卡后场馆停业 健身卡转让被收取高额费用",
    ),
    _category(
        "市场管理>单用途预付卡>游泳卡",
        0.8,
        0.1,
        "区体育局 区市场监管局",
        TWO_WEEKS,
        -0.5,
        SUMMER,
        "游泳馆停业不退款 游泳卡有效期被缩短",
    ),
    _category(
        "市场管理>食品安全>餐饮卫生",
        2.0,
        0.15,
        "区市场监管局",
        WEEK,
        0.2,
        SUMMER,
        "餐馆后厨卫生差 外卖中吃出异物 就餐后身体不适",
    ),
    _category(
        "市场管理>消费纠纷>退换货争议",
        4.2,
        0.05,
        "区市场监管局 区商务局",
        WEEK,
        -0.2,
        FLAT,
        "网购商品不予退货 商家拒绝退还定金 家电三包期内不予更换",
    ),
    _category(
        "市场监管>价格监管>明码标价",
        0.9,
        0.05,
        "区市场监管局",
        WEEK,
        0.2,
        FLAT,
        "超市标价与结账价格不一致 停车场没有公示收费标准",
    ),
    _category(
        "交通运输>道路运输>非法营运",
        0.9,
        0.3,
        "区交通局 云川交通支队",
        WEEK,
        -0.1,
        FLAT,
        "地铁口有黑车揽客 电动三轮车载客逆行",
    ),
    _category(
        "交通运输>公共交通>公交线路优化",
        1.5,
        0.1,
        "区交通局 云川公交客运公司",
        TWO_WEEKS,
        -0.3,
        FLAT,
        "希望增加公交站点 公交车间隔太长 早高峰公交挤不上",
    ),
    _category(
        "交通管理>停车管理>道路停车",
        2.4,
        0.4,
        "云川交通支队",
        WEEK,
        -0.2,
        FLAT,
        "路侧违法停车影响通行 消防通道旁停满车辆 学校门口接送车辆拥堵",
    ),
    _category(
        "生态环境>噪声>施工噪声",
        3.4,
        0.5,
        "区生态环境局 区城管执法局",
        WEEK,
        -0.3,
        SUMMER,
        "工地夜间施工扰民 凌晨浇筑混凝土声音大 午休时间施工噪声",
    ),
    _category(
        "生态环境>噪声>邻里噪声",
        2.6,
        0.85,
        "公安云川分局",
        WEEK,
        -0.4,
        FLAT,
        "楼上深夜有重物拖动声 邻居装修不分时段 广场舞音量过大",
    ),
    _category(
        "生态环境>大气污染>扬尘",
        1.2,
        0.5,
        "区生态环境局",
        WEEK,
        0.1,
        FLAT,
        "工地没有苫盖扬尘大 渣土车遗撒",
    ),
    _category(
        "劳动和社会保障>拖欠工资>工程建设领域",
        2.2,
        0.1,
        "区人力社保局 区住房建设委",
        TWO_WEEKS,
        -0.3,
        WAGES,
        "工地拖欠两个月工资 工程结束后劳务费未结 班组长失联工资没有着落",
    ),
    _category(
        "劳动和社会保障>社会保险>参保缴费",
        1.3,
        0.1,
        "区人力社保局",
        WEEK,
        0.3,
        FLAT,
        "单位没有按时缴纳社保 社保转移手续办理慢",
    ),
    _category(
        "教育>校外培训>预收费纠纷",
        1.9,
        0.05,
        "区教委 区市场监管局",
        TWO_WEEKS,
        -0.5,
        SCHOOL,
        "培训机构停课不退费 课程未上完机构搬走",
    ),
    _category(
        "教育>入学与划片>学位咨询",
        1.2,
        0.1,
        "区教委",
        WEEK,
        0.0,
        SCHOOL,
        "孩子入学划片情况不清楚 学位紧张希望增加班级",
    ),
    _category(
        "医疗卫生>医疗服务>挂号与退费",
        1.4,
        0.05,
        "区卫生健康委",
        WEEK,
        0.3,
        FLAT,
        "医院退号退费未到账 挂号系统显示异常",
    ),
    _category(
        "医疗卫生>医保报销>异地就医备案",
        0.9,
        0.05,
        "区医保局",
        WEEK,
        0.4,
        FLAT,
        "异地就医备案不成功 门诊费用不能直接结算",
    ),
    _category(
        "民政>养老服务>机构服务",
        0.9,
        0.4,
        "区民政局",
        WEEK,
        0.1,
        FLAT,
        "养老驿站停止供餐 养老机构收费不透明",
    ),
    _category(
        "民政>社会救助>低保咨询",
        0.7,
        0.7,
        "区民政局 区残联",
        WEEK,
        0.3,
        FLAT,
        "低保申请进度不清楚 残疾人补贴没有到账",
    ),
    _category(
        "农业农村>农村道路>路灯与排水",
        1.2,
        0.8,
        "区农业农村局",
        TWO_WEEKS,
        -0.1,
        RAIN,
        "村内排水沟堵塞 村路没有路灯 雨后村路积水无法通行",
    ),
    _category(
        "公共安全>消防安全>通道占用",
        2.2,
        0.7,
        "区消防救援支队",
        DAY,
        0.1,
        FLAT,
        "楼道堆放杂物堵塞消防通道 电动车在楼道充电 安全出口上锁",
    ),
    _category(
        "公共安全>治安>夜间扰民",
        1.8,
        0.5,
        "公安云川分局",
        WEEK,
        -0.1,
        SUMMER,
        "深夜有人聚集喧哗 餐吧夜间音乐扰民",
    ),
    _category(
        "水务>供排水>停水与水质",
        2.8,
        0.35,
        "区水务局 云川自来水公司 云川排水公司",
        DAY,
        0.4,
        RAIN,
        "家中停水没有通知 自来水发黄有异味 雨后路面积水倒灌地下室",
    ),
    _category(
        "园林绿化>公园管理>设施损坏",
        1.4,
        0.4,
        "区园林绿化局",
        WEEK,
        0.4,
        SUMMER,
        "公园健身器材损坏 绿地无人浇水枯死 树枝遮挡窗户需要修剪",
    ),
    _category(
        "通信管理>通信设施>基站与信号",
        0.8,
        0.3,
        "区科技和信息化局",
        TWO_WEEKS,
        -0.4,
        FLAT,
        "小区手机信号差 楼顶基站离住户太近",
    ),
    _category(
        "退役军人事务>优抚安置>政策咨询",
        0.4,
        0.3,
        "区退役军人事务局",
        WEEK,
        0.4,
        FLAT,
        "优待证办理进度不清楚 退役安置政策不清楚",
    ),
    _category(
        "控烟>公共场所>室内吸烟",
        0.7,
        0.4,
        "区卫生健康委",
        WEEK,
        0.3,
        FLAT,
        "办公楼楼道内有人吸烟 餐厅包间内吸烟无人劝阻",
    ),
)
CATEGORY_NAMES = tuple(category.path for category in CATEGORIES)
VILLAGE_CATEGORIES = ("农业农村->农村道路->路灯与排水", "城市管理->违法建设->疑似违建")
ESTATE_ONLY = ("住房城乡建设", "公共服务->供暖")
"""Starts of paths that a village hardly has."""

PHASES = ("", "近一个月以来", "从上周开始", "自入住以来", "今天早上起", "反映多次后")
WISHES = (
    "希望尽快处理。",
    "请相关部门核实解决。",
    "要求给予明确答复。",
    "希望有人上门查看。",
    "请告知处理时间。",
    "希望彻底整改。",
)
ANSWERS = (
    "已安排人员到现场核实，{told}的问题已处理，并向来电人反馈。",
    "经核实情况属实，已要求责任单位整改，来电人表示知晓。",
    "工作人员已与来电人联系，说明政策和办理时限。",
    "已协调相关单位现场查看，后续继续跟进，并已电话告知来电人。",
    "经现场检查，问题已整改完毕，加强日常巡查。",
)
