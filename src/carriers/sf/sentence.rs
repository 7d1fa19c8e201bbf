//! What SF's sentences say: where no code tells it, and beside codes that leave it open (why it was
//! not delivered, who took it in).
//!
//! Words are looked for in simplified characters; a sentence in traditional ones is turned into
//! them first. The words are those of SF's own standard texts; a sentence without any of them stays
//! unknown.

use crate::carriers::Mapped;
use crate::model::{Confidence, DeliveredTo, Milestone, Reason, RecipientKind, Stage};

/// A sentence in simplified characters, as far as the words below need it.
pub(super) fn simplified(text: &str) -> String {
    text.chars().map(simple).collect()
}

/// The simplified form of those characters that the words hold.
#[rustfmt::skip]
const fn simple(c: char) -> char {
    match c {
        '簽' => '签', '轉' => '转', '單' => '单', '號' => '号', '櫃' => '柜', '豐' => '丰',
        '驛' => '驿', '點' => '点', '關' => '关', '達' => '达', '離' => '离', '開' => '开',
        '發' => '发', '攬' => '揽', '敗' => '败', '絕' => '绝', '詳' => '详', '無' => '无',
        '聯' => '联', '繫' => '系', '領' => '领', '憑' => '凭', '碼' => '码', '門' => '门',
        '衛' => '卫', '鄰' => '邻', '親' => '亲', '屬' => '属', '檢' => '检', '驗' => '验',
        '稅' => '税', '遲' => '迟', '誤' => '误', '損' => '损', '壞' => '坏', '遺' => '遗',
        '丟' => '丢', '銷' => '销', '毀' => '毁', '機' => '机', '場' => '场', '準' => '准',
        '備' => '备', '預' => '预', '計' => '计', '將' => '将', '時' => '时', '間' => '间',
        '請' => '请', '電' => '电', '話' => '话', '員' => '员', '還' => '还', '約' => '约',
        '後' => '后', '為' => '为', '內' => '内', '處' => '处', '絡' => '络', '飛' => '飞',
        '過' => '过', '狀' => '状', '況' => '况', '轄' => '辖', '區' => '区', '節' => '节',
        other => other,
    }
}

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

const LOCKERS: &[&str] = &["自助柜", "丰巢", "智能柜", "自提柜", "快递柜"];
const SHOPS: &[&str] = &["驿站", "自提点", "服务点", "代收点", "便利店"];
const REFUSED: &[&str] = &["拒收", "拒签", "拒绝签收", "拒绝接收"];
const NOT_DELIVERED: &[&str] = &[
    "派送不成功",
    "派件不成功",
    "派送失败",
    "派件失败",
    "未能派送",
    "无法派送",
    "投递失败",
    "未妥投",
];
const NOT_YET_SIGNED: &[&str] = &["未签收", "准备签收", "等待签收", "待签收", "请您签收"];
const SIGNED: &[&str] = &[
    "已签收",
    "签收成功",
    "派送成功",
    "已妥投",
    "已派送至",
    "已送达",
];

/// What a sentence says by itself; none where no word of it is known. First match counts: what ends
/// or stops a parcel before what moves it.
pub(super) fn meaning(remark: &str) -> Option<Mapped> {
    let text = &*simplified(remark);
    let rule = |stage, milestone| Mapped::rule(Some(stage), milestone, Confidence::Medium);
    let unsure = |milestone| Some(Mapped::rule(None, milestone, Confidence::Low));
    if has(text, NOT_DELIVERED) {
        return Some(failed(
            rule(Stage::LastMile, Milestone::DeliveryAttempted),
            remark,
        ));
    }
    if has(text, &["退回", "退件", "退还"]) {
        let reason = has(text, REFUSED).then_some(Reason::RecipientRefused);
        return Some(Mapped {
            reason,
            ..rule(Stage::Return, Milestone::Returning)
        });
    }
    if has(text, REFUSED) {
        return Some(Mapped {
            reason: Some(Reason::RecipientRefused),
            ..rule(Stage::LastMile, Milestone::Refused)
        });
    }
    if has(text, &["遗失", "丢失"]) {
        return unsure(Milestone::Lost);
    }
    if has(text, &["销毁"]) {
        return unsure(Milestone::Disposed);
    }
    if has(text, &["已取消", "作废", "取消寄件"]) {
        return unsure(Milestone::Cancelled);
    }
    if has(text, &["预计"]) {
        // What is expected has not happened.
        return at_the_door(text).or(Some(Mapped::rule(
            None,
            Milestone::Info,
            Confidence::Medium,
        )));
    }
    at_the_door(text)
        .or_else(|| at_customs(text))
        .or_else(|| under_way(text))
}

fn at_the_door(text: &str) -> Option<Mapped> {
    let rule = |milestone| {
        Some(Mapped::rule(
            Some(Stage::LastMile),
            milestone,
            Confidence::Medium,
        ))
    };
    let was_taken = has(text, &["取出", "取走", "已取件", "取件成功", "领取成功"]);
    if has(text, &["取消派件", "取消派送"]) {
        return rule(Milestone::InTransit);
    }
    if was_taken && (has(text, LOCKERS) || has(text, SHOPS))
        || has(text, &["客户取走", "已被取走", "领取成功"])
    {
        return rule(Milestone::Delivered).map(|mapped| Mapped {
            delivered_to: left_at(text),
            ..mapped
        });
    }
    if has(
        text,
        &[
            "取件码",
            "提货码",
            "待取件",
            "待自取",
            "已上架",
            "请及时领取",
            "请尽快领取",
            "等待领取",
            "请前往领取",
            "等待自提",
            "请自提",
        ],
    ) {
        return rule(Milestone::AvailableForPickup);
    }
    if has(text, SIGNED) && !has(text, NOT_YET_SIGNED) {
        return rule(Milestone::Delivered).map(|mapped| Mapped {
            delivered_to: left_at(text),
            ..mapped
        });
    }
    if has(
        text,
        &["转第三方", "转交第三方", "转其他快递", "交由第三方"],
    ) {
        return rule(Milestone::HandedOver);
    }
    if has(text, &["转寄"]) {
        return rule(Milestone::Redirected);
    }
    if has(
        text,
        &[
            "派送途中",
            "派件途中",
            "正在派送",
            "正在派件",
            "派送中",
            "开始派送",
            "外出派送",
            "准备签收",
        ],
    ) {
        return rule(Milestone::OutForDelivery);
    }
    None
}

/// Only what says that customs released it is a release: 未放行, 不予放行 and 放行待补税 are none.
fn at_customs(text: &str) -> Option<Mapped> {
    let milestone = if has(text, &["补税", "缴税", "税款"]) {
        Milestone::DutiesDue
    } else if has(text, &["海关查验", "检疫查验", "海关待查"]) {
        Milestone::CustomsInspection
    } else if has(
        text,
        &["海关扣", "扣件", "扣留", "未放行", "不予放行", "暂不放行"],
    ) {
        Milestone::CustomsHold
    } else if has(
        text,
        &["清关完成", "已清关", "已放行", "海关放行", "通关完成"],
    ) {
        Milestone::CustomsReleased
    } else if has(text, &["清关中", "正在清关", "清关", "报关", "待申报"]) {
        Milestone::CustomsSubmitted
    } else {
        return None;
    };
    Some(Mapped::rule(
        Some(Stage::ImportCustoms),
        milestone,
        Confidence::Medium,
    ))
}

fn under_way(text: &str) -> Option<Mapped> {
    let (stage, milestone) = if has(text, &["滞留", "延误", "延迟"]) {
        (None, Milestone::Delayed)
    } else if has(text, &["再次派送", "再派", "改派", "改约"]) {
        (Some(Stage::LastMile), Milestone::DeliveryScheduled)
    } else if has(
        text,
        &[
            "起飞",
            "离港",
            "已离开",
            "离开",
            "已发车",
            "已发往",
            "正发往",
            "正送往",
        ],
    ) {
        (Some(Stage::LineHaul), Milestone::Departed)
    } else if has(
        text,
        &[
            "准备发往",
            "准备送往",
            "已装车",
            "完成分拣",
            "运输中",
            "运送中",
        ],
    ) {
        (Some(Stage::LineHaul), Milestone::InTransit)
    } else if has(text, &["已到达", "到达", "抵达", "落地", "到港"]) {
        (Some(Stage::LineHaul), Milestone::Arrived)
    } else if has(
        text,
        &["已收取", "已收件", "已揽收", "已揽件", "收件成功", "已取到"],
    ) {
        (Some(Stage::FirstMile), Milestone::PickedUp)
    } else if has(text, &["待揽收", "等待揽收", "上门取件"]) {
        (Some(Stage::Order), Milestone::PickupScheduled)
    } else if has(text, &["准备快件", "已下单"]) {
        (Some(Stage::Order), Milestone::Announced)
    } else {
        return None;
    };
    Some(Mapped::rule(stage, milestone, Confidence::Medium))
}

/// Why a parcel that waits (stranded, to be delivered again) does so, where the sentence gives the
/// cause. A reason that is known already stays.
pub(super) fn delayed(base: Mapped, remark: &str) -> Mapped {
    if base.reason.is_some()
        || !matches!(
            base.milestone,
            Milestone::Delayed | Milestone::Held | Milestone::DeliveryScheduled
        )
    {
        return base;
    }
    Mapped {
        reason: cause(remark).map(|(_, reason)| reason),
        ..base
    }
}

/// Why a delivery failed, where the sentence gives the cause: what of `base` the code leaves open.
/// A reason that is known already stays.
pub(super) fn failed(base: Mapped, remark: &str) -> Mapped {
    if base.reason.is_some()
        || !matches!(
            base.milestone,
            Milestone::DeliveryAttempted | Milestone::Exception
        )
    {
        return base;
    }
    match cause(remark) {
        Some((milestone, reason)) => Mapped {
            milestone: milestone.unwrap_or(base.milestone),
            reason: Some(reason),
            ..base
        },
        None => base,
    }
}

/// The cause that a sentence gives, and what it makes of a failed delivery.
fn cause(remark: &str) -> Option<(Option<Milestone>, Reason)> {
    const CAUSES: &[(&[&str], Option<Milestone>, Reason)] = &[
        (REFUSED, Some(Milestone::Refused), Reason::RecipientRefused),
        (
            &["地址不详", "地址不全", "地址不清", "地址不完整"],
            Some(Milestone::AddressIssue),
            Reason::AddressIncomplete,
        ),
        (
            &["地址错误", "地址有误", "错误地址"],
            Some(Milestone::AddressIssue),
            Reason::AddressIncorrect,
        ),
        (
            &["查无此人"],
            Some(Milestone::AddressIssue),
            Reason::RecipientUnknown,
        ),
        (
            &["搬迁", "搬家", "已搬", "离职"],
            Some(Milestone::AddressIssue),
            Reason::RecipientMoved,
        ),
        (&["破损", "损坏"], Some(Milestone::Damaged), Reason::Damage),
        (
            &["放假", "下班", "休息", "停业", "关门"],
            Some(Milestone::DeliveryAttempted),
            Reason::BusinessClosed,
        ),
        (
            &["不在", "无人", "外出"],
            Some(Milestone::DeliveryAttempted),
            Reason::RecipientAbsent,
        ),
        (
            &[
                "联系不上",
                "无法联系",
                "无法接通",
                "关机",
                "空号",
                "未接电话",
            ],
            Some(Milestone::DeliveryAttempted),
            Reason::ContactNeeded,
        ),
        (
            &["门禁", "无法进入", "禁止进入"],
            Some(Milestone::DeliveryAttempted),
            Reason::NoAccess,
        ),
        (
            &["证件", "身份"],
            Some(Milestone::DeliveryAttempted),
            Reason::IdentityCheck,
        ),
        (
            &["到付", "货款", "运费"],
            Some(Milestone::DeliveryAttempted),
            Reason::PaymentMissing,
        ),
        (
            &["约定", "另约", "改期", "改时间", "改派", "择日", "客户要求"],
            None,
            Reason::RecipientRequest,
        ),
        (
            &["超范围", "超区", "不在服务范围", "不在派送范围"],
            None,
            Reason::OutOfArea,
        ),
        (&["天气", "暴雨", "大雪", "台风"], None, Reason::Weather),
        (&["交通", "封路", "道路"], None, Reason::Traffic),
    ];
    let text = simplified(remark);
    // "Not in the delivery area" holds the words of "not in".
    let area = CAUSES
        .iter()
        .find(|(words, ..)| words.contains(&"不在派送范围") && has(&text, words));
    area.or_else(|| CAUSES.iter().find(|(words, ..)| has(&text, words)))
        .map(|(_, milestone, reason)| (*milestone, *reason))
        .or_else(|| cause_in_english(remark))
}

/// The same of SF's English sentences.
fn cause_in_english(remark: &str) -> Option<(Option<Milestone>, Reason)> {
    const CAUSES: &[(&[&str], Option<Milestone>, Reason)] = &[
        (
            &["refused", "rejected"],
            Some(Milestone::Refused),
            Reason::RecipientRefused,
        ),
        (
            &[
                "incomplete address",
                "address is incomplete",
                "insufficient address",
            ],
            Some(Milestone::AddressIssue),
            Reason::AddressIncomplete,
        ),
        (
            &["incorrect address", "address is incorrect", "wrong address"],
            Some(Milestone::AddressIssue),
            Reason::AddressIncorrect,
        ),
        (&["damaged"], Some(Milestone::Damaged), Reason::Damage),
        (
            &["closed", "closure", "non-business"],
            Some(Milestone::DeliveryAttempted),
            Reason::BusinessClosed,
        ),
        (
            &[
                "not be reached",
                "be contacted",
                "to contact",
                "to reach",
                "no answer",
            ],
            Some(Milestone::DeliveryAttempted),
            Reason::ContactNeeded,
        ),
        (
            &[
                "not available",
                "unavailable",
                "absent",
                "not at home",
                "nobody",
            ],
            Some(Milestone::DeliveryAttempted),
            Reason::RecipientAbsent,
        ),
        (
            &[
                "as requested",
                "request of the",
                "customer's request",
                "rescheduled",
            ],
            None,
            Reason::RecipientRequest,
        ),
        (&["weather", "typhoon", "rainstorm"], None, Reason::Weather),
        (&["traffic"], None, Reason::Traffic),
    ];
    if !remark.is_ascii() {
        return None;
    }
    let text = remark.to_ascii_lowercase();
    CAUSES
        .iter()
        .find(|(words, ..)| has(&text, words))
        .map(|(_, milestone, reason)| (*milestone, *reason))
}

/// Where a signed parcel was left, if the sentence says so.
pub(super) fn left_at(remark: &str) -> Option<DeliveredTo> {
    const PLACES: &[(&[&str], DeliveredTo)] = &[
        (LOCKERS, DeliveredTo::Locker),
        (SHOPS, DeliveredTo::PickupPoint),
        (&["本人"], DeliveredTo::Recipient),
        (&["邻居"], DeliveredTo::Neighbour),
        (
            &["前台", "门卫", "保安", "传达室", "收发室", "物业"],
            DeliveredTo::Reception,
        ),
        (&["信箱", "信报箱"], DeliveredTo::Mailbox),
        (
            &["家门口", "门口", "指定地点", "指定位置"],
            DeliveredTo::SafePlace,
        ),
    ];
    let text = simplified(remark);
    PLACES
        .iter()
        .find(|(words, _)| has(&text, words))
        .map(|(_, place)| *place)
}

/// Who took a signed parcel in, if the sentence says so.
pub(super) fn taken_in_by(remark: &str) -> Option<RecipientKind> {
    const KINDS: &[(&[&str], RecipientKind)] = &[
        (&["本人"], RecipientKind::Recipient),
        (&["家人", "家属", "亲属"], RecipientKind::Family),
        (&["邻居"], RecipientKind::Neighbour),
        (&["同事"], RecipientKind::Employee),
        (
            &["前台", "门卫", "保安", "传达室", "收发室", "物业"],
            RecipientKind::Reception,
        ),
    ];
    let text = simplified(remark);
    KINDS
        .iter()
        .find(|(words, _)| has(&text, words))
        .map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_without_a_code_are_understood_or_stay_unknown() {
        use Milestone as M;
        for (remark, expected) in [
            ("顺丰速运 已收取快件", Some(M::PickedUp)),
            (
                "快件在【样例营业点】已装车,准备发往 【样例中转场】",
                Some(M::InTransit),
            ),
            ("快件已离开【样例中转场】", Some(M::Departed)),
            ("快件到达 【样例中转场】", Some(M::Arrived)),
            ("航班已起飞", Some(M::Departed)),
            (
                "正在派送途中,请您准备签收(派件人:样例,电话:13800000000)",
                Some(M::OutForDelivery),
            ),
            ("已签收,感谢使用顺丰,期待再次为您服务", Some(M::Delivered)),
            ("快件已派送至本人", Some(M::Delivered)),
            ("快件已簽收", Some(M::Delivered)),
            ("快件尚未签收", None),
            ("由于客户不在, 派件不成功", Some(M::DeliveryAttempted)),
            ("派件不成功: 客户拒收", Some(M::Refused)),
            ("客户拒收，快件退回", Some(M::Returning)),
            (
                "快件已到达【自提柜】,请凭取件码领取",
                Some(M::AvailableForPickup),
            ),
            ("快件已从丰巢取出", Some(M::Delivered)),
            ("应客户要求,快件正在转寄中", Some(M::Redirected)),
            ("清关完成", Some(M::CustomsReleased)),
            ("海关不予放行", Some(M::CustomsHold)),
            ("海关放行待补税", Some(M::DutiesDue)),
            ("快件已轉第三方快遞配送", Some(M::HandedOver)),
            ("预计1月2日到达中转场", Some(M::Info)),
            ("正在派送途中,预计18:00前送达", Some(M::OutForDelivery)),
            ("快件遗失", Some(M::Lost)),
            ("样例文字", None),
            ("", None),
        ] {
            assert_eq!(
                meaning(remark).map(|mapped| mapped.milestone),
                expected,
                "{remark}"
            );
        }
        assert_eq!(
            meaning("快件遗失").map(|mapped| mapped.confidence),
            Some(Confidence::Low)
        );
    }

    #[test]
    fn a_failed_delivery_takes_its_cause_from_the_sentence() {
        let base = Mapped::rule(
            Some(Stage::LastMile),
            Milestone::DeliveryAttempted,
            Confidence::High,
        );
        for (remark, milestone, reason) in [
            (
                "客户拒收",
                Milestone::Refused,
                Some(Reason::RecipientRefused),
            ),
            (
                "收件地址不详",
                Milestone::AddressIssue,
                Some(Reason::AddressIncomplete),
            ),
            (
                "收方客户不在",
                Milestone::DeliveryAttempted,
                Some(Reason::RecipientAbsent),
            ),
            (
                "不在派送范围",
                Milestone::DeliveryAttempted,
                Some(Reason::OutOfArea),
            ),
            (
                "电话无法接通",
                Milestone::DeliveryAttempted,
                Some(Reason::ContactNeeded),
            ),
            (
                "约定再派",
                Milestone::DeliveryAttempted,
                Some(Reason::RecipientRequest),
            ),
            ("其他", Milestone::DeliveryAttempted, None),
        ] {
            let mapped = failed(base, remark);
            assert_eq!(
                (mapped.milestone, mapped.reason),
                (milestone, reason),
                "{remark}"
            );
        }
        let waiting = Mapped {
            milestone: Milestone::AvailableForPickup,
            ..base
        };
        assert_eq!(failed(waiting, "客户不在"), waiting);
    }

    #[test]
    fn who_took_it_in_is_told_in_kind() {
        assert_eq!(
            (left_at("已派送至本人"), taken_in_by("已派送至本人")),
            (Some(DeliveredTo::Recipient), Some(RecipientKind::Recipient))
        );
        assert_eq!(
            (left_at("家人代签收"), taken_in_by("家人代签收")),
            (None, Some(RecipientKind::Family))
        );
        assert_eq!(
            (left_at("门卫代收"), taken_in_by("门卫代收")),
            (Some(DeliveredTo::Reception), Some(RecipientKind::Reception))
        );
        assert_eq!(
            (left_at("已放置家门口"), taken_in_by("已放置家门口")),
            (Some(DeliveredTo::SafePlace), None)
        );
        assert_eq!((left_at("已签收"), taken_in_by("已签收")), (None, None));
    }

    #[test]
    fn a_cause_is_read_in_english_and_of_what_waits() {
        use Milestone as M;
        let rule = |milestone| Mapped::rule(Some(Stage::LastMile), milestone, Confidence::High);
        for (base, remark, milestone, reason) in [
            (
                M::DeliveryAttempted,
                "Delivery unsuccessful: the recipient is not available",
                M::DeliveryAttempted,
                Some(Reason::RecipientAbsent),
            ),
            (
                M::DeliveryAttempted,
                "The shipment was refused by the recipient",
                M::Refused,
                Some(Reason::RecipientRefused),
            ),
            (
                M::DeliveryAttempted,
                "Unable to contact the recipient",
                M::DeliveryAttempted,
                Some(Reason::ContactNeeded),
            ),
            (
                M::DeliveryAttempted,
                "Delivery unsuccessful",
                M::DeliveryAttempted,
                None,
            ),
        ] {
            let told = failed(rule(base), remark);
            assert_eq!(
                (told.milestone, told.reason),
                (milestone, reason),
                "{remark}"
            );
        }
        for (remark, reason) in [
            ("因暴雨天气影响,快件滞留", Some(Reason::Weather)),
            (
                "派送不成功(因电话无人接听),待再次派送",
                Some(Reason::RecipientAbsent),
            ),
            ("快件滞留", None),
        ] {
            let told = delayed(rule(M::Delayed), remark);
            assert_eq!(
                (told.milestone, told.reason),
                (M::Delayed, reason),
                "{remark}"
            );
        }
        // What is on its way has no cause of a delay.
        let told = delayed(rule(M::OutForDelivery), "因暴雨天气影响");
        assert_eq!(told.reason, None);
    }
}
