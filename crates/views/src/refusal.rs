//! Why something was refused, for the person who asked, in their language.

use dossier::Rejection;
use kernel::{Choice, Span};
use money::{Money, MoneyError};
use policy::{Gap, Language};

use crate::names::name;

/// One sentence, without a full stop.
pub fn refusal(rejection: &Rejection, language: Language) -> String {
    match language {
        Language::Zh => chinese(rejection),
        Language::En => rejection.to_string(),
    }
}

fn chinese(rejection: &Rejection) -> String {
    match rejection {
        Rejection::UnknownOrder => "没有这个订单，请先导入或登记订单".to_owned(),
        Rejection::Stopped { at } => {
            format!("该订单的历史记录自相矛盾（{at}），须先人工查看")
        }
        Rejection::OrderContradicted { what } => {
            format!("订单登记后，购买和付款内容不能再变：{}", called(what))
        }
        Rejection::OrderIncomplete { what } => format!("订单不完整：{}", called(what)),
        Rejection::CouponRefused { number, why } => {
            format!("优惠券 {number} 不能用在这个订单上：{}", called(why))
        }
        Rejection::UnknownCase { case } => format!("申请 {case} 不属于这个订单"),
        Rejection::CaseReused { case } => format!("申请编号 {case} 已用于另一条内容不同的申请"),
        Rejection::NotPossibleNow { case, status } => {
            format!("申请 {case} 目前是“{}”，不能再这样处理", called(status))
        }
        Rejection::StandingGoesBack { case, known, told } => format!(
            "申请 {case} 在平台上已是“{}”，写着“{}”的这一条是旧数据",
            called(known.code()),
            called(told.code())
        ),
        Rejection::UnknownLine { line } => format!("订单里没有第 {line} 行商品"),
        Rejection::TooManyPieces { line, asked, left, bought } => {
            format!("第 {line} 行商品申请了 {asked} 件，但购买的 {bought} 件只剩 {left} 件可申请")
        }
        Rejection::NoPieces => "申请至少要有一件商品".to_owned(),
        Rejection::NoReason => "申请要写明原因".to_owned(),
        Rejection::NoGround => "请写明依据：没有依据的决定无法对外说明".to_owned(),
        Rejection::NoInspectionReason => "有商品没有通过验货，请写明原因，会告知买家".to_owned(),
        Rejection::NoAnswer => "请写明查到了什么、做了什么".to_owned(),
        Rejection::NoReceiptDeadline => "没有正在计时的确认收货期限可以延长".to_owned(),
        Rejection::DeadlineOutOfReach { most } => {
            format!("期限只能往后延，累计最多延长 {}", span(*most))
        }
        Rejection::AlreadyShipped => "订单已经发出；只有未发出的逾期订单才能协商保留".to_owned(),
        Rejection::NoReturnTime => "请写明何时给出答复，须是还没到的时间".to_owned(),
        Rejection::Locked { until } => format!("款项锁定中，直到{}", called(until)),
        Rejection::ProofMissing { what } => format!("缺少凭证：{}", called(what)),
        Rejection::BadName { what } => bad_name(what),
        Rejection::PolicyGap(Gap { name }) => format!("策略包里没有可用的“{}”", called(name)),
        Rejection::NotPositive
        | Rejection::ExceedsCap { .. }
        | Rejection::ExceedsRoom { .. }
        | Rejection::NotEntitled { .. }
        | Rejection::OutsideRange { .. }
        | Rejection::ExceedsDailyBudget { .. }
        | Rejection::SamePerson
        | Rejection::Money(_) => about_money(rejection),
        Rejection::UnknownPayout { payout } => format!("付款 {payout} 不属于这个订单"),
        Rejection::NotRetriable { payout, status } => {
            format!("付款 {payout} 目前是“{}”；只有确认未付出的款项才能重发", called(status))
        }
        Rejection::OutcomeContradicted { payout } => format!("付款 {payout} 已有相反的结果"),
        Rejection::PayoutPending { payout } => format!("付款 {payout} 还在支付渠道处理中"),
        Rejection::HoldOver { payout } => format!("付款 {payout} 已经发出，不能再撤回"),
        Rejection::PickupTooEarly => "上门取件要约在还没到的时间".to_owned(),
        Rejection::UnknownTask { task } => format!("任务 {task} 不在待办中"),
        Rejection::TaskTaken { task } => format!("任务 {task} 已由别人处理"),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller sends those about money only")]
fn about_money(rejection: &Rejection) -> String {
    match rejection {
        Rejection::NotPositive => "金额必须大于零".to_owned(),
        Rejection::ExceedsCap { asked, most } => {
            format!("申请 {}，此处最多可付 {}", yuan(*asked), yuan(*most))
        }
        Rejection::ExceedsRoom { asked, left } => {
            format!("申请 {}，该订单只剩 {} 可退", yuan(*asked), yuan(*left))
        }
        Rejection::NotEntitled { role, act, ask } => {
            let [role, act, ask] = [role.code(), act.code(), ask.code()].map(called);
            format!("{role}没有权限（{act}），请找{ask}")
        }
        Rejection::OutsideRange { asked, least, most } => {
            let [asked, least, most] = [*asked, *least, *most].map(yuan);
            format!("{asked} 超出允许范围：{least} 到 {most}")
        }
        Rejection::ExceedsDailyBudget { asked, left } => {
            format!("{} 会超过今天的额度，还剩 {}", yuan(*asked), yuan(*left))
        }
        Rejection::SamePerson => "申请金额的人不能自己审批".to_owned(),
        Rejection::Money(error) => match error {
            MoneyError::CurrencyMismatch { .. } => "两种货币不能合计".to_owned(),
            MoneyError::Overflow => "金额超出范围".to_owned(),
            MoneyError::NoWeights => "没有可以分摊金额的商品".to_owned(),
            MoneyError::Malformed => "不是金额，应为最多两位小数的元，例如 12.50".to_owned(),
        },
        other => other.to_string(),
    }
}

/// Sentences that end in one of these begin with a code.
const ABOUT_CODES: [(&str, &str); 3] = [
    (" is not for people to say", "不由人工填写"),
    (" cannot be shown by evidence", "不能用凭证证明"),
    (" as a compensation", "不是一种补偿"),
];

fn bad_name(what: &str) -> String {
    let about = ABOUT_CODES
        .iter()
        .find_map(|(english, said)| Some(format!("{}{said}", called(what.strip_suffix(english)?))));
    about.unwrap_or_else(|| format!("“{what}”不能用作这里的名称"))
}

fn span(it: Span) -> String {
    let units = [(" d", " 天"), (" h", " 小时"), (" min", " 分钟"), (" s", " 秒")];
    units.iter().fold(it.to_string(), |told, (unit, named)| told.replace(unit, named))
}

fn yuan(amount: Money) -> String {
    format!("{} 元", amount.decimal())
}

fn called(code: &str) -> String {
    name(code, Language::Zh)
}
