//! What the back offices of the marketplaces export, as far as we have seen it.

use expect_test::expect;

use super::harness::{As, check, gbk};

#[test]
fn tmall() {
    check(
        As::Orders,
        gbk(
            "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称\n\
             \"=\"\"385438193763000001\"\"\",tb1,,100.00,12.00,336,112.00,0,112.00,336,\"买家已付款,等待卖家发货\",快点,卫小明,新疆维吾尔自治区 乌鲁木齐市 示例路1号,快递,'null,'17437321680,2026-11-04 13:30:26,2026-11-04 13:32:26,图书,1,No:SF8556000000001,顺丰速运,'仓库已打单,1,0,示例旗舰店\n",
        ),
        expect![[r#"
            2 no=385438193763000001 status=paid paid=112.00 goods=100.00 postage=12.00 points=3.36 placed=2026-11-04 13:30:26 paid_at=2026-11-04 13:32:26 carrier=sf parcels=SF8556000000001 buyer=tb1 phone=17437321680 name=卫小明 address=新疆维吾尔自治区 乌鲁木齐市 示例路1号 buyer_note=快点 note=仓库已打单 shop=示例旗舰店 packed=true remote=true
        "#]],
    );
    check(
        As::Refunds,
        gbk(
            "订单编号,退款编号,支付宝交易号,订单付款时间,商品id,商家编码,退款完结时间,买家会员名称,买家实际支付金额,宝贝标题,买家退款金额,手工退款/系统退款,售后类型,退款的申请时间,超时时间,退款状态,货物状态,退货物流信息,发货物流信息,客服介入状态,卖家真实姓名,卖家真实名称,卖家退货地址,卖家邮编,卖家电话,卖家手机,退货物流单号,退货物流公司,买家退款原因,买家退款说明,买家退货时间,责任方,售中或售后,商家备注,完结时间,部分退款/全部退款,审核操作人,举证超时,是否零秒响应,退款操作人,退款原因标签,业务类型,是否帮他退款,帮他退款操作账号,小额收款,运费险,极速退款\n\
             385,r1,,2026-11-04 13:32:26,88,A-1,,tb1,112.00,图书,50.00,手工退款,退货退款,2026-11-11 23:43:00,2026-11-14 23:43:00,\"买家已经退货,等待卖家确认收货\",买家已退货,顺丰速运 SF8556000000001,EMS 111388130962433,小二介入,,,,,,,,,7天无理由退换货,尺码不对,,,售后,,,部分退款,,,,,,,,,,是,否\n",
        ),
        expect![[r#"
            2 no=385 refund=r1 kind=return-refund status=returned-awaiting-receipt amount=50.00 sku=A-1 title=图书 applied=2026-11-11 23:43:00 deadline=2026-11-14 23:43:00 goods=received reason=no-reason-7d said=7天无理由退换货 remark=尺码不对 return=SF8556000000001 by=sf sent=111388130962433 by=ems intervened=true insured=true instant=false of=112.00 extent=partial
        "#]],
    );
}

#[test]
fn jd() {
    check(
        As::Orders,
        gbk(
            "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,订单类型,下单帐号,客户姓名,客户地址,联系电话,订单备注,发票类型,运费金额,付款确认时间,商家备注,承运商,运单号\n\
             =\"300000000001\",100012,耳机,2,在线支付,2026-11-10 09:00:00,99.00,198.00,190.00,0.00,190.00,等待出库,普通订单,jd_x,李*,北京海淀区,138****0000,,不开发票,0.00,2026-11-10 09:01:00,,京东快递,JD0123456789\n",
        ),
        expect![[r#"
            2 no=300000000001 status=paid paid=190.00 postage=0.00 placed=2026-11-10 09:00:00 paid_at=2026-11-10 09:01:00 carrier=jd parcels=JD0123456789 buyer=jd_x phone=138****0000 name=李* address=北京海淀区
        "#]],
    );
    check(
        As::Refunds,
        "服务单号,订单号,商品编号,商品名称,申请时间,服务单状态,客户期望,退款原因,申请退款金额,问题描述,审核超时时间,客户账号\n\
         2200000001,300000000001,100012,耳机,2026-11-11 10:00:00,待审核,退货,商品性能故障,95.0000,一边没声音,2026-11-12 10:00:00,jd_x\n",
        expect![[r#"
            2 no=300000000001 refund=2200000001 kind=return-refund status=requested amount=95.00 sku=100012 title=耳机 applied=2026-11-11 10:00:00 deadline=2026-11-12 10:00:00 goods=unknown reason=quality said=商品性能故障 remark=一边没声音
        "#]],
    );
}

#[test]
fn pinduoduo() {
    let orders = "商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),用户实付金额(元),商家实收金额(元),商品数量(件),收货人,手机,省,市,区,街道,详细地址,支付时间,承诺发货时间,发货时间,确认收货时间,商品id,商品规格,样式ID,商家编码-规格维度,商家编码-商品维度,快递单号,快递公司,商家备注,售后状态\n\
         纸巾,261110-111111111111111,\"待发货\",39.90,0.00,5.00,0,34.90,34.90,3,王,131****1111,西藏自治区,拉萨市,城关区,某街道,某路1号,2026-11-10 10:00:00\t,2026-11-12 10:00:00\t,,,987,白色,55,ZJ-3,ZJ,,,,无售后或售后取消\n";
    check(
        As::Orders,
        orders,
        expect![[r#"
            2 no=261110-111111111111111 status=paid paid=34.90 postage=0.00 coupon=5.00 paid_at=2026-11-10 10:00:00 ship_by=2026-11-12 10:00:00 phone=131****1111 name=王 address=西藏自治区 拉萨市 城关区 某街道 某路1号 remote=true
        "#]],
    );
    check(
        As::Items,
        orders,
        expect![[r#"
        2 no=261110-111111111111111 sku=ZJ-3 title=纸巾 attributes=白色 ×=3 discount=5.00 paid=34.90 status=paid
    "#]],
    );
    check(
        As::Refunds,
        "售后编号,订单编号,商品名称,商品规格,商家编码-SKU维度,售后类型,售后状态,售后原因,售后申请时间,退款金额(元),退货物流公司,退货物流单号,是否平台介入\n\
         9000001,261110-111111111111111,纸巾,白色,ZJ-3,仅退款,待商家处理,\"收到商品少件/破损或污渍\",2026-11-11 11:00:00,34.90,,,否\n\
         9000002,261110-111111111111112,纸巾,白色,ZJ-3,退货退款,\"买家已退货，待商家确认收货\",货物与描述不符,2026-11-11 11:00:00,34.90,极兔速递,JT0000000000001,是\n",
        expect![[r#"
            2 no=261110-111111111111111 refund=9000001 kind=refund-only status=requested amount=34.90 sku=ZJ-3 title=纸巾 applied=2026-11-11 11:00:00 goods=unknown reason=short said=收到商品少件/破损或污渍 intervened=false
            3 no=261110-111111111111112 refund=9000002 kind=return-refund status=returned-awaiting-receipt amount=34.90 sku=ZJ-3 title=纸巾 applied=2026-11-11 11:00:00 goods=unknown reason=not-as-described said=货物与描述不符 return=JT0000000000001 by=jt intervened=true
        "#]],
    );
}

#[test]
fn douyin() {
    let orders = "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,优惠总金额,收件人,收件人手机号,省,市,区,街道,详细地址,买家留言,订单提交时间,商家备注,支付完成时间,订单完成时间,订单状态,承诺发货时间,订单类型,发货时间,快递信息\n\
         \"6900000000000000001\t\",\"6900000000000000001\t\",连衣裙,红;M,1,\"36\t\",QZ-1,129.00,119.00,0.00,10.00,赵,*******1111,广东省,深圳市,南山区,粤海街道,某路,,2026-11-10 20:00:00\t,,2026-11-10 20:00:10\t,,待发货,2026-11-12 20:00:00\t,普通订单,,\n\
         \"6900000000000000001\t\",\"6900000000000000002\t\",袜子,白,2,\"37\t\",WZ-1,9.00,18.00,0.00,0.00,赵,*******1111,广东省,深圳市,南山区,粤海街道,某路,,2026-11-10 20:00:00\t,,2026-11-10 20:00:10\t,,待发货,2026-11-12 20:00:00\t,普通订单,,\n";
    check(
        As::Orders,
        orders,
        expect![[r#"
        2 no=6900000000000000001 status=paid paid=137.00 postage=0.00 coupon=10.00 placed=2026-11-10 20:00:00 paid_at=2026-11-10 20:00:10 ship_by=2026-11-12 20:00:00 phone=*******1111 name=赵 address=广东省 深圳市 南山区 粤海街道 某路
    "#]],
    );
    check(
        As::Items,
        orders,
        expect![[r#"
        2 no=6900000000000000001 line=6900000000000000001 sku=QZ-1 title=连衣裙 attributes=红;M price=129.00 ×=1 discount=10.00 paid=119.00 status=paid
        3 no=6900000000000000001 line=6900000000000000002 sku=WZ-1 title=袜子 attributes=白 price=9.00 ×=2 discount=0.00 paid=18.00 status=paid
    "#]],
    );
    check(
        As::Refunds,
        "售后单号,订单号,商品单号,商品名称,商家编码,售后类型,售后状态,售后原因,售后申请时间,退商品金额（元）,退款总金额,是否收到货,仲裁状态,超时时间,极速退款,退货物流单号\n\
         14000001,6900000000000000001,6900000000000000001,连衣裙,QZ-1,已发货仅退款,待商家处理,多拍/拍错/不想要,2026-11-11 21:00:00,119.00,119.00,否,未仲裁,2026-11-13 21:00:00,否,\n",
        expect![[r#"
            2 no=6900000000000000001 refund=14000001 kind=refund-only status=requested amount=119.00 sku=QZ-1 title=连衣裙 applied=2026-11-11 21:00:00 deadline=2026-11-13 21:00:00 goods=not-received reason=no-longer-wanted said=多拍/拍错/不想要 intervened=false instant=false
        "#]],
    );
}

#[test]
fn kuaishou_wechat_youzan() {
    check(
        As::Orders,
        "订单号,订单创建时间,订单支付时间,订单状态,商品ID,商品名称,商品规格,SKU编码,商品单价,成交数量,实付款,运费,快递公司,快递单号,卖家备注\n\
         2631400000001,2026-11-10 20:00:00,2026-11-10 20:00:10,已发货,1,口红,01,KH-1,59.9,1,¥59.90,¥0.00,中通快递,73100000000001,\n",
        expect![[r#"
            2 no=2631400000001 status=shipped paid=59.90 postage=0.00 placed=2026-11-10 20:00:00 paid_at=2026-11-10 20:00:10 carrier=zto parcels=73100000000001
        "#]],
    );
    check(
        As::Orders,
        "订单号,订单状态,下单时间,支付时间,商品名称,SKU编码,商品单价,商品数量,订单实际支付金额,收件人,快递公司,快递单号\n\
         3700000000000000001,待收货,2026/11/10 20:00,2026/11/10 20:01,茶,T-1,30,2,60,钱,韵达,4300000000001\n",
        expect![[r#"
            2 no=3700000000000000001 status=shipped paid=60.00 placed=2026-11-10 20:00:00 paid_at=2026-11-10 20:01:00 carrier=yunda parcels=4300000000001 name=钱
        "#]],
    );
    check(
        As::Orders,
        "订单号,订单状态,订单创建时间,买家付款时间,全部商品名称,订单实付金额,运费,收货人/提货人,收货人手机号/提货人手机号,详细收货地址/提货地址,商家订单备注,物流公司,物流单号\n\
         E20261110200000000000001,交易完成,2026-11-10 20:00:00,2026-11-10 20:01:00,茶,60.00,5.00,孙,13900000000,浙江省杭州市,已打包,申通快递,77000000000001\n",
        expect![[r#"
            2 no=E20261110200000000000001 status=finished paid=60.00 postage=5.00 placed=2026-11-10 20:00:00 paid_at=2026-11-10 20:01:00 carrier=sto parcels=77000000000001 phone=13900000000 name=孙 address=浙江省杭州市 memo=已打包 packed=true
        "#]],
    );
}

#[test]
fn plain_english() {
    check(
        As::Refunds,
        "refund_no;order_no;sku;quantity;refund_amount;refund_type;status;reason;applied_at;deadline;goods_state;return_tracking_no;return_carrier;freight_insurance\n\
         R1;O1;A1;1;9.90;return refund;returned;size does not fit;2026-11-11T08:00:00;2026-11-13T08:00:00;received;SF1234567890;SF Express;yes\n",
        expect![[r#"
            2 no=O1 refund=R1 kind=return-refund status=returned-awaiting-receipt amount=9.90 sku=A1 ×=1 applied=2026-11-11 08:00:00 deadline=2026-11-13 08:00:00 goods=received reason=size-unsuitable said=size does not fit return=SF1234567890 by=sf insured=true
        "#]],
    );
    check(
        As::Tracks,
        "tracking_no,carrier,order_no,time,status,description\n\
         SF1234567890,SF,O1,2026-11-11T08:00:00Z,delivered,left with recipient\n",
        expect![[r#"
            2 parcel=SF1234567890 carrier=sf no=O1 at=2026-11-11 16:00:00 status=signed signer=unknown said=left with recipient
        "#]],
    );
}

#[test]
fn couriers() {
    check(
        As::Tracks,
        "运单号,快递公司,时间,物流轨迹,目的地\n\
         YT1,圆通,2026-11-10 08:00:00,数字太少不算单号,上海市\n\
         YT1234567,圆通,2026-11-10 08:00:00,\"【深圳市】已揽收\",上海市静安区青海路\n\
         YT1234567,圆通,2026-11-10 18:00:00,\"快件到达【上海转运中心】\",青海省西宁市\n\
         YT1234567,圆通,2026-11-11 08:00:00,\"正在派送途中,请您准备签收\",西藏\n\
         YT1234567,圆通,2026-11-11 09:00:00,\"您的快件已签收，签收人：他人代收（菜鸟驿站）\",中国西藏\n\
         YT1234567,圆通,2026-11-11 10:00:00,\"客户拒收，快件退回中\",\n\
         YT1234567,圆通,2026-11-11 11:00:00,\"退件已签收\",\n\
         YT1234567,圆通,2026-11-11 12:00:00,\"外星人劫持\",\n\
         73123456789012,中通,2026-11-11 12:00:00,\"非本人签收，门卫代收\",\n",
        expect![[r#"
            2 parcel=YT1 carrier=yto at=2026-11-10 08:00:00 status=other said=数字太少不算单号 to=上海市 remote=false
            3 parcel=YT1234567 carrier=yto at=2026-11-10 08:00:00 status=collected said=【深圳市】已揽收 to=上海市静安区青海路 remote=false
            4 parcel=YT1234567 carrier=yto at=2026-11-10 18:00:00 status=moving said=快件到达【上海转运中心】 to=青海省西宁市 remote=true
            5 parcel=YT1234567 carrier=yto at=2026-11-11 08:00:00 status=out-for-delivery said=正在派送途中,请您准备签收 to=西藏 remote=true
            6 parcel=YT1234567 carrier=yto at=2026-11-11 09:00:00 status=signed signer=locker said=您的快件已签收，签收人：他人代收（菜鸟驿站） to=中国西藏 remote=true
            7 parcel=YT1234567 carrier=yto at=2026-11-11 10:00:00 status=refused said=客户拒收，快件退回中
            8 parcel=YT1234567 carrier=yto at=2026-11-11 11:00:00 status=returned said=退件已签收
            9 parcel=YT1234567 carrier=yto at=2026-11-11 12:00:00 status=other said=外星人劫持
            10 parcel=73123456789012 carrier=zto at=2026-11-11 12:00:00 status=signed signer=other said=非本人签收，门卫代收
        "#]],
    );
}
