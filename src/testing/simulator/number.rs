//! Synthetic numbers with valid check digits.

use super::carrier::Carrier;

/// The number of the `serial`-th parcel of a carrier; `is_domestic` chooses DHL's parcel service.
pub(super) fn synthetic(carrier: Carrier, is_domestic: bool, serial: u64) -> String {
    match carrier {
        Carrier::Dhl if is_domestic => {
            let body = format!("00340434{:011}", 99_900_000_000 + serial);
            format!("{body}{}", gs1(&body))
        }
        Carrier::Dhl => {
            let body = 710_000_000 + serial;
            format!("{body}{}", body % 7)
        }
        Carrier::Fedex => {
            let body = format!("{:011}", 44_900_000_000 + serial);
            format!("{body}{}", fedex(&body))
        }
        Carrier::Ups => {
            let body = format!("99999903{serial:07}");
            format!("1Z{body}{}", ups(&body))
        }
        Carrier::Sf => format!("SF19{serial:011}"),
    }
}

fn digits(body: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    body.bytes().map(|b| u32::from(b - b'0'))
}

fn gs1(body: &str) -> u32 {
    let sum: u32 = digits(body)
        .rev()
        .zip([3, 1].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .sum();
    (10 - sum % 10) % 10
}

fn fedex(body: &str) -> u32 {
    let sum: u32 = digits(body)
        .zip([3, 1, 7].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .sum();
    sum % 11 % 10
}

fn ups(body: &str) -> u32 {
    let sum: u32 = digits(body)
        .zip([1, 2].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_one_of_its_carrier() {
        for carrier in Carrier::ALL {
            for (serial, is_domestic) in [(0, false), (1, true), (17, false), (123_456, true)] {
                let number = synthetic(carrier, is_domestic, serial);
                let context = crate::number::Context::new().with_carrier(carrier.id());
                let identified = crate::carriers::formats()
                    .identify(&number, &context)
                    .best()
                    .map(|best| best.carrier().as_str().to_owned());
                assert_eq!(identified.as_deref(), Some(carrier.id()), "{number}");
            }
        }
    }
}
