use super::*;

#[test]
fn a_tree_of_local_names() {
    let text = "<?xml version=\"1.0\"?><req:A xmlns:req='x'><b x='1 &amp; 2' req:y=\"\">t &lt;<![CDATA[<u>]]></b><!-- c --><b/><c><d>e</d></c></req:A>";
    let document = Document::parse(text).unwrap();
    let root = document.root();
    assert_eq!(root.name(), "A");
    assert_eq!(root.all("b").count(), 2);
    let b = root.child("b").unwrap();
    assert_eq!(b.text(), Some("t <<u>"));
    assert_eq!(b.attribute("x").as_deref(), Some("1 & 2"));
    assert_eq!(b.attribute("y"), None);
    assert_eq!(root.get_at(&["c", "d"]), Some("e"));
    assert_eq!(root.descendants("d").len(), 1);
}

#[test]
fn broken_messages_are_errors() {
    for text in ["", "noise", "<a>", "<a><b></a>", "<a", "<a></b>", "\0<"] {
        assert!(Document::parse(text).is_err(), "{text:?}");
    }
    assert!(matches!(
        Document::parse(&"<a>".repeat(10_000)),
        Err(XmlError::TooDeep)
    ));
}

#[test]
fn entities_of_the_message_s_own_are_never_expanded() {
    let bomb =
        "<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;&c;&#65;</a>";
    let document = Document::parse(bomb).unwrap();
    assert_eq!(document.root().text(), Some("&c;&c;A"));
}

#[test]
fn a_second_element_with_other_content_is_noted() {
    let document = Document::parse("<a><b>1</b><c/><b>2</b><d>3</d><d>3</d></a>").unwrap();
    assert_eq!(
        (document.root().get("b"), document.root().get("d")),
        (Some("1"), Some("3"))
    );
    assert_eq!(
        document.odd().borrow().found,
        [(Oddity::OneOfSeveral, "b".to_owned())]
    );
}
