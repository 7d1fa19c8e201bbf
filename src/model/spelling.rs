//! The ways in which carriers spell one town: [`town_key`].

use smol_str::{SmolStr, SmolStrBuilder};

use super::Country;

/// Words that are written out or cut, with the form that stands for both. Only what postal
/// directories abbreviate.
const SHORT: [(&str, &str); 19] = [
    ("SAINT", "ST"),
    ("SANKT", "ST"),
    ("SINT", "ST"),
    ("SAINTE", "STE"),
    ("FORT", "FT"),
    ("MOUNT", "MT"),
    ("NORTH", "N"),
    ("SOUTH", "S"),
    ("EAST", "E"),
    ("WEST", "W"),
    ("HEIGHTS", "HTS"),
    ("SPRINGS", "SPGS"),
    ("JUNCTION", "JCT"),
    ("TOWNSHIP", "TWP"),
    ("VILLAGE", "VLG"),
    ("BEACH", "BCH"),
    ("CENTER", "CTR"),
    ("CENTRE", "CTR"),
    ("INTERNATIONAL", "INTL"),
];

/// What is the same in all spellings of one town: upper case, no diacritics, no punctuation, no
/// postal code, no CEDEX, common words in their short form. A town that is no more than such a word
/// keeps it.
pub(super) fn town_key(town: &str, country: Option<Country>, postcode: Option<&str>) -> SmolStr {
    let folded = fold(town, country);
    let words: Vec<&str> = folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let postcode: Vec<String> = postcode
        .into_iter()
        .flat_map(|code| code.split_whitespace().take(3))
        .map(|part| fold(part, None))
        .collect();
    let mut kept: Vec<&str> = words
        .iter()
        .copied()
        .take_while(|word| *word != "CEDEX")
        .collect();
    let without: Vec<&str> = kept
        .iter()
        .copied()
        .filter(|word| !is_postcode(word) && !postcode.iter().any(|part| part == word))
        .collect();
    if without.len() < kept.len() && !without.is_empty() {
        // "D-10115 BERLIN": the letter belongs to the code.
        let has_sign = kept.len() > without.len()
            && kept.get(1).is_some_and(|word| is_postcode(word))
            && kept[0].len() <= 2;
        kept = without[usize::from(has_sign && without.len() > 1)..].to_vec();
    }
    if kept.is_empty() {
        kept = words;
    }
    let mut key = SmolStrBuilder::new();
    for word in &kept {
        let short = SHORT
            .iter()
            .find(|(long, _)| long == word && kept.len() > 1)
            .map_or(*word, |(_, short)| *short);
        key.push_str(short);
    }
    let key = key.finish();
    // A Chinese town is named with and without its rank.
    match key.strip_suffix('市') {
        Some(town) if town.chars().count() > 1 => town.into(),
        _ => key,
    }
}

/// A number that is too long for a district: "LYON 3" is not Lyon, "75008 PARIS" is Paris.
fn is_postcode(word: &str) -> bool {
    word.len() >= 4 && word.bytes().all(|b| b.is_ascii_digit())
}

/// Upper case without diacritics. Where German is written, the umlauts' two letters count as one.
fn fold(text: &str, country: Option<Country>) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text
        .chars()
        .flat_map(char::to_uppercase)
        .filter(|letter| !matches!(letter, '\u{300}'..='\u{36f}' | '\'' | '’'))
    {
        match base(letter) {
            "" => folded.push(letter),
            base => folded.push_str(base),
        }
    }
    if country.is_some_and(|country| matches!(country.as_str(), "DE" | "AT" | "CH" | "LI")) {
        for (two, one) in [("AE", "A"), ("OE", "O"), ("UE", "U")] {
            folded = folded.replace(two, one);
        }
    }
    folded
}

/// The plain letters of a Latin letter with a sign; nothing for others.
fn base(letter: char) -> &'static str {
    match letter {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' | 'Ǎ' => "A",
        'Æ' => "AE",
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => "C",
        'Ď' | 'Đ' | 'Ð' => "D",
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => "E",
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => "G",
        'Ĥ' | 'Ħ' => "H",
        'Ì'..='Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' => "I",
        'Ĵ' => "J",
        'Ķ' => "K",
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ŀ' | 'Ł' => "L",
        'Ñ' | 'Ń' | 'Ņ' | 'Ň' => "N",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ŏ' | 'Ő' | 'Ǒ' => "O",
        'Œ' => "OE",
        'Ŕ' | 'Ŗ' | 'Ř' => "R",
        'Ś' | 'Ŝ' | 'Ş' | 'Š' | 'Ș' => "S",
        'ẞ' => "SS",
        'Ţ' | 'Ť' | 'Ŧ' | 'Ț' => "T",
        'Ù'..='Ü' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' | 'Ǔ' => "U",
        'Ŵ' => "W",
        'Ý' | 'Ŷ' | 'Ÿ' => "Y",
        'Þ' => "TH",
        'Ź' | 'Ż' | 'Ž' => "Z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(town: &str, country: &str, postcode: Option<&str>) -> SmolStr {
        town_key(town, country.parse().ok(), postcode)
    }

    #[test]
    fn spellings_of_one_town_have_one_key() {
        let same: [(&str, &[&str]); 11] = [
            (
                "FR",
                &[
                    "PARIS",
                    "Paris",
                    "PARIS CEDEX",
                    "Paris Cedex 08",
                    "75008 PARIS",
                    "PARIS 75008",
                    "F-75008 Paris",
                ],
            ),
            (
                "DE",
                &["MÜNCHEN", "München", "MUENCHEN", "MUNCHEN", "80331 München"],
            ),
            ("DE", &["BERLIN", "D-10115 Berlin"]),
            ("CH", &["ZÜRICH", "Zurich", "ZUERICH", "CH-8000 ZÜRICH"]),
            (
                "FR",
                &[
                    "SAINT-ÉTIENNE",
                    "ST ETIENNE",
                    "St. Etienne",
                    "SAINT ETIENNE CEDEX 1",
                ],
            ),
            ("US", &["FORT WORTH", "Ft. Worth", "FT WORTH"]),
            (
                "US",
                &["NORTH HOLLYWOOD", "N Hollywood", "N. HOLLYWOOD 91601"],
            ),
            ("PL", &["ŁÓDŹ", "Lodz"]),
            ("BR", &["SÃO PAULO", "Sao Paulo", "SA\u{303}O PAULO"]),
            ("CN", &["深圳", "深圳市"]),
            ("US", &["COEUR D'ALENE", "Coeur d’Alene", "COEUR DALENE"]),
        ];
        for (country, spellings) in same {
            for spelling in spellings {
                assert_eq!(
                    key(spelling, country, None),
                    key(spellings[0], country, None),
                    "{spelling}"
                );
            }
        }
        assert_eq!(
            key("LONDON SW1A 1AA", "GB", Some("SW1A 1AA")),
            key("London", "GB", None)
        );
    }

    #[test]
    fn different_towns_keep_different_keys() {
        let towns = [
            "FRANKFURT",
            "FRANKFURT (ODER)",
            "FRANKFURT AM MAIN",
            "NEWARK",
            "NEW YORK",
            "YORK",
            "NORTH BERGEN",
            "BERGEN",
            "LYON",
            "LYON 3",
            "NORTH",
            "MOUNT",
            "80331",
            "10115",
            "CEDEX",
            "1",
            "深",
            "市",
        ];
        let keys: std::collections::BTreeSet<SmolStr> =
            towns.iter().map(|town| key(town, "US", None)).collect();
        assert_eq!(keys.len(), towns.len());
        assert_eq!(key("", "US", None), "");
    }
}
