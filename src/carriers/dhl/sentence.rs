//! Sentences that no code accompanies, in the languages that DHL answers in.
//!
//! A sentence is read by phrases that mean one thing only; the first rule that fits counts, and
//! negations come before what they negate. What no phrase fits is not guessed at: the caller tells
//! of it.

use crate::carriers::Mapped;
use crate::model::{Confidence, DeliveredTo, Milestone, Reason, Stage};

/// Phrases, in small letters; `+` joins parts that must all stand there.
type Phrases = &'static [&'static str];

struct Rule(Milestone, Option<Stage>, Option<Reason>, Phrases);

const LAST: Option<Stage> = Some(Stage::LastMile);
const BACK: Option<Stage> = Some(Stage::Return);

#[rustfmt::skip]
const RULES: &[Rule] = &[
    Rule(Milestone::Lost, None, None, &[
        "in verlust geraten", "verloren gegangen", "has been lost", "was lost", "is lost", "reported lost", "reported as lost", "declared lost",
        "declared as lost", "a été perdu", "est perdu", "extraviad", "se ha perdido", "verloren gegaan",
    ]),
    Rule(Milestone::Disposed, None, None, &[
        "wurde+vernichtet", "wurde+entsorgt", "has been destroyed", "was destroyed", "has been disposed", "was disposed", "has been discarded",
        "was discarded", "a été détruit", "ha sido destruid", "fue destruid", "is vernietigd", "foi destruíd",
    ]),
    Rule(Milestone::Cancelled, Some(Stage::Order), None, &[
        "shipment cancelled", "shipment canceled", "shipment was cancelled", "shipment was canceled", "shipment has been cancelled",
        "shipment has been canceled", "sendung wurde storniert",
    ]),
    Rule(Milestone::Returned, BACK, None, &[
        "an den absender zugestellt", "dem absender zugestellt", "delivered to the sender", "delivered back to the sender",
        "zugestellt+an den absender",
    ]),
    Rule(Milestone::Returning, BACK, None, &[
        "rücksendung", "zurück an den absender", "an den absender zurück", "zum absender zurück", "zurückgesandt", "zurückgesendet",
        "zurückgeschickt", "retour an den", "return to sender", "return to the sender", "returned to sender", "returned to the sender",
        "returning to", "being returned", "back to the sender", "returned to shipper", "retour à l'expéditeur", "retour à l’expéditeur",
        "retourné", "renvoyé à l", "al remitente", "devuelt", "devolución", "retour afzender", "terug naar de afzender", "naar de afzender",
        "retour gezonden", "ao remetente", "devolvid", "devolução",
    ]),
    Rule(Milestone::Damaged, None, Some(Reason::Damage), &["beschädig", "damaged", "endommagé", "dañad", "beschadigd", "danificad"]),
    Rule(Milestone::Misrouted, None, Some(Reason::Missort), &[
        "fehlgeleitet", "falsch geleitet", "falsch sortiert", "misrouted", "missent", "mis-sorted", "missorted", "mal acheminé",
    ]),
    Rule(Milestone::Refused, LAST, Some(Reason::RecipientRefused), &[
        "annahme+verweigert", "annahmeverweigerung", "refused", "refusé", "rechazad", "geweigerd", "recusad", "rifiutat",
    ]),
    Rule(Milestone::AddressIssue, LAST, Some(Reason::AddressIncorrect), &[
        "adresse+falsch", "adresse+fehlerhaft", "anschrift+fehlerhaft", "adresse+unbekannt", "empfänger+unbekannt", "address+incorrect",
        "address+invalid", "wrong address", "adresse+incorrecte", "adresse+erronée", "dirección+incorrecta", "adres+onjuist", "endereço+incorret",
    ]),
    Rule(Milestone::AddressIssue, LAST, Some(Reason::RecipientMoved), &[
        "recipient moved", "recipient has moved", "receiver has moved", "consignee moved", "consignee has moved", "customer moved", "verzogen",
        "déménagé", "verhuisd",
    ]),
    Rule(Milestone::AddressIssue, LAST, Some(Reason::AddressIncomplete), &[
        "address information needed", "address information is needed", "adresse+unvollständig", "anschrift+unvollständig", "address+incomplete",
        "address+insufficient", "adresse+incomplète", "dirección+incompleta", "adres+onvolledig", "endereço+incomplet",
    ]),
    Rule(Milestone::InTransit, LAST, None, &[
        "wird+zur abholung+gebracht", "wird in die+filiale", "wird in eine+filiale", "being taken to", "being brought to", "will be taken to",
        "will be available", "will be ready", "sera disponible", "estará disponible",
    ]),
    Rule(Milestone::Delivered, LAST, None, &[
        "vom empfänger+abgeholt", "durch den empfänger+abgeholt", "aus der packstation+abgeholt", "in der filiale abgeholt",
        "empfänger hat+abgeholt", "empfänger hat+entnommen", "ausgehändigt", "recipient has picked up", "recipient picked up",
        "recipient has collected", "recipient collected", "destinataire a retiré", "picked up by the recipient", "collected by the recipient",
        "picked up by the receiver", "collected by the receiver", "retiré par le destinataire", "recogido por el destinatario",
        "recogida por el destinatario", "opgehaald door de ontvanger", "levantad+pelo destinatário",
    ]),
    Rule(Milestone::AvailableForPickup, LAST, None, &[
        "zur abholung bereit", "abholbereit", "liegt zur abholung", "zur abholung hinterlegt", "steht zur abholung", "kann abgeholt werden", "dort abgeholt werden", "kann dort ab",
        "kann ab sofort", "liegt ab sofort", "zur abholung in der", "zur abholung in die packstation", "in die packstation eingestellt",
        "in der packstation hinterlegt", "liegt in der packstation", "packstation+zugestellt", "filiale+zugestellt", "paketshop+zugestellt",
        "ready for collection", "ready for pick", "ready to be collected", "ready to be picked up", "ready to collect",
        "available for collection", "available for pick", "available at", "can be collected", "can be picked up", "awaiting collection",
        "awaiting pick", "delivered to+locker", "delivered to+service point", "delivered to+servicepoint", "delivered to+parcel shop",
        "delivered to+parcelshop", "delivered to+pick-up point", "delivered to+pickup point", "delivered to+access point",
        "delivered to+packstation", "delivered to+post office", "disponible au retrait", "à retirer", "prêt à être retiré",
        "prête à être retirée", "en attente de retrait", "peut être retiré", "disponible en point", "mis à disposition", "livré+point relais",
        "listo para recoger", "lista para recoger", "disponible para recoger", "disponible para su recogida", "listo para su recogida",
        "lista para su recogida", "puede recoger", "entregad+punto de recogida", "klaar om opgehaald", "klaar om op te halen",
        "kan worden opgehaald", "klaar om af te halen", "ligt klaar", "afhaalpunt+bezorgd", "disponível para levantamento",
        "pronta para levantamento", "pronto para levantamento", "disponível para retirada", "pronto para retirada", "pronta para retirada",
        "pode ser levantad", "entregue+ponto de recolha", "pronto per il ritiro", "disponibile per il ritiro",
    ]),
    Rule(Milestone::DeliveryAttempted, LAST, Some(Reason::RecipientAbsent), &[
        "nicht angetroffen", "niemand angetroffen", "empfänger nicht zu hause", "not at home", "nobody home", "no one home", "nobody at home",
        "recipient not available", "recipient was not available", "recipient was not present", "recipient could not be reached",
        "recipient was not reached", "recipient not home", "absence du destinataire", "destinataire absent", "ausente", "niet thuis",
        "destinatário ausente",
    ]),
    Rule(Milestone::DeliveryAttempted, LAST, Some(Reason::BusinessClosed), &[
        "premises closed", "business closed", "closed on arrival", "empfänger+geschlossen", "geschäft+geschlossen", "entreprise fermée",
        "bedrijf gesloten",
    ]),
    Rule(Milestone::DeliveryAttempted, LAST, None, &[
        "delivery attempted", "carded", "card left", "left a card", "benachrichtigungskarte", "nicht zugestellt", "nicht ausgeliefert",
        "konnte heute nicht", "zustellversuch", "zustellung+nicht möglich", "delivery was not possible", "delivery not possible",
        "zustellung nicht erfolgreich", "could not be delivered", "couldn't be delivered", "not be delivered", "cannot be delivered",
        "delivery attempt", "attempted delivery", "attempted to deliver", "unsuccessful delivery", "delivery unsuccessful",
        "delivery was unsuccessful", "delivery failed", "failed delivery", "unable to deliver", "not delivered", "missed delivery",
        "pas pu être livré", "n'a pu être livré", "non livré", "tentative de livraison", "no se ha podido entregar", "no ha podido ser entregad",
        "no pudo ser entregad", "no se pudo entregar", "intento de entrega", "no entregad", "niet worden bezorgd", "niet bezorgd", "bezorgpoging",
        "niet worden afgeleverd", "niet afgeleverd", "não foi possível entregar", "não foi possível a entrega", "não pôde ser entregue",
        "não entregue", "não foi entregue", "no fue entregad", "n'a pas été livré", "tentativa de entrega", "non è stato possibile consegnare",
        "tentativo di consegna",
    ]),
    Rule(Milestone::OutForDelivery, LAST, None, &[
        "zustellfahrzeug", "in zustellung", "in der zustellung", "zustellung heute", "zustellung erfolgt+heute", "wird heute zugestellt",
        "out for delivery", "delivery vehicle", "with the courier", "with courier", "with delivery courier", "en cours de livraison",
        "en livraison", "véhicule de livraison", "en reparto", "ruta de entrega", "salió para entrega", "salido a reparto", "vehículo de reparto",
        "onderweg voor bezorging", "bezorger is onderweg", "met de bezorger", "wordt vandaag bezorgd", "em distribuição", "saiu para entrega",
        "saiu para distribuição", "veículo de entrega", "in consegna",
    ]),
    Rule(Milestone::HandedOver, LAST, None, &[
        "delivery arranged no details expected", "forwarded to a third party", "forwarded to third party", "zustellpartner übergeben",
        "partner übergeben", "nachunternehmer", "übergabe an den zustellpartner", "handed over to+partner", "handed over to+agent",
        "handed over to+post", "handed to+partner", "transferred to+partner", "transferred to+carrier", "tendered to", "given to+partner",
        "forwarded to+partner", "delivered to+agent", "delivered to+usps", "delivered to+partner", "remis au partenaire", "remis à la poste",
        "entregad+agente", "overgedragen aan", "entregue+parceiro",
    ]),
    Rule(Milestone::CustomsReleased, None, None, &[
        "zollabfertigung+abgeschlossen", "zollabfertigung+beendet", "verzollung+abgeschlossen", "vom zoll freigegeben",
        "durch den zoll freigegeben", "released by customs", "customs released", "released from customs", "cleared customs", "cleared by customs",
        "customs clearance+complete", "clearance processing complete", "customs cleared", "dédouanement+terminé", "libéré par la douane",
        "liberad+aduana", "despacho+completad", "vrijgegeven door de douane", "ingeklaard", "desalfandegad", "liberad+alfândega",
    ]),
    Rule(Milestone::DutiesDue, None, Some(Reason::DutiesUnpaid), &[
        "einfuhrabgaben+zahl", "zollgebühren+zahl", "abgaben+fällig", "duties+payable", "duties+must be paid", "duties+due", "taxes+due",
        "pay+duties", "droits de douane+payer", "pagar+aranceles", "pagar+impuestos", "invoerrechten+betal", "pagar+direitos",
    ]),
    Rule(Milestone::CustomsHold, None, Some(Reason::BrokerNeeded), &["broker+notified"]),
    Rule(Milestone::CustomsHold, None, None, &[
        "further clearance processing", "clearance delay", "vom zoll+angehalten", "vom zoll+zurückgehalten", "held by customs", "held at customs",
        "on hold+customs", "customs hold", "retenu+douane", "retenid+aduana", "vastgehouden+douane", "retid+alfândega",
    ]),
    Rule(Milestone::CustomsSubmitted, None, None, &[
        "zollabfertigung", "verzollung", "dem zoll übergeben", "dem zoll vorgelegt", "beim zoll", "zur zoll", "customs clearance",
        "presented to customs", "submitted to customs", "clearance processing", "clearance event", "customs status updated", "dédouanement",
        "à la douane", "trámites aduaneros", "despacho de aduana", "en aduana", "proceso de aduana", "inklaring", "bij de douane",
        "desalfandegamento", "na alfândega",
    ]),
    Rule(Milestone::Held, None, None, &[
        "on hold", "shipment held", "wird zurückgehalten", "angehalten", "mis en attente", "en espera", "in de wacht",
    ]),
    Rule(Milestone::DeliveryScheduled, LAST, None, &[
        "scheduled for delivery", "delivery scheduled", "delivery rescheduled", "delivery has been scheduled", "liefertermin vereinbart",
    ]),
    Rule(Milestone::Redirected, LAST, None, &[
        "umgeleitet", "nachgesandt", "nachsendung", "umadressiert", "an eine andere adresse", "wunschfiliale", "redirected",
        "forwarded to another", "forwarded to a new", "réexpédié", "redirigid", "redirecionad", "omgeleid",
    ]),
    Rule(Milestone::Delayed, None, None, &["verzöger", "verspät", "delay", "retard", "retras", "vertrag", "vertraag", "atras"]),
    Rule(Milestone::Announced, Some(Stage::Order), None, &[
        "elektronisch angekündigt", "elektronisch an dhl", "elektronisch übermittelt", "daten+übermittelt", "auftragsdaten", "angekündigt",
        "is announced", "has been announced", "label created", "label has been created", "information received", "information has been received",
        "information has been transmitted", "transmitted electronically", "data+transmitted", "data received", "notified electronically",
        "electronic notification", "to dhl electronically", "étiquette créée", "annoncé", "informations+reçues", "informations+transmises",
        "etiqueta creada", "datos+recibid", "información+recibid", "is aangemeld", "aangekondigd", "gegevens+ontvangen", "etiqueta criada",
        "dados+recebid", "informação+recebid",
    ]),
    Rule(Milestone::InTransit, None, None, &[
        "wird+zugestellt", "zustellung+voraussichtlich", "will be delivered", "sera livré", "será entregad", "wordt bezorgd", "será entregue",
    ]),
    Rule(Milestone::PickedUp, Some(Stage::FirstMile), None, &[
        "vom absender", "beim absender", "eingeliefert", "wurde abgeholt", "posted by the sender", "picked up", "collected from",
        "collected by dhl", "handed in", "dropped off", "handed over to dhl", "accepted by", "shipment accepted", "an dhl übergeben",
        "pris en charge", "collecté", "recogid", "admitid", "opgehaald bij", "ontvangen door dhl", "recolhid", "aceite", "ritirat",
    ]),
    Rule(Milestone::Delivered, LAST, None, &[
        "wurde+zugestellt", "erfolgreich zugestellt", "ist zugestellt", "zustellung erfolgreich", "zustellung war erfolgreich",
        "wurde+ausgeliefert", "has been delivered", "was delivered", "successfully delivered", "delivered successfully", "delivery successful",
        "delivered to", "delivered in", "delivered at", "delivered -", "left with", "left in a safe", "left in safe", "posted through",
        "shipment delivered", "a été livré", "livré", "ha sido entregad", "fue entregad", "entregad", "entrega realizada", "is bezorgd",
        "bezorgd", "afgeleverd", "foi entregue", "entregue", "consegnat", "signed for by",
    ]),
    Rule(Milestone::Arrived, None, None, &[
        "ziel-paketzentrum", "zielpaketzentrum", "in der region des empfängers", "region of the recipient", "region of recipient",
        "destination parcel cent", "angekommen", "eingetroffen", "arrived", "arrival", "arrivé", "llegad", "llegó", "aangekomen", "chegou",
        "chegada", "arrivat",
    ]),
    Rule(Milestone::Departed, None, None, &[
        "hat+verlassen", "start-paketzentrum", "startpaketzentrum", "origin parcel cent", "parcel center of origin", "parcel centre of origin",
        "salida de", "departed", "has left", "left the", "quitté", "salido de", "salió de", "vertrokken", "partiu", "saiu d", "partit",
    ]),
    Rule(Milestone::InTransit, None, None, &[
        "weitertransport", "bearbeitet", "sortiert", "unterwegs", "befördert", "weitergeleitet", "paketzentrum", "processed", "sorted",
        "in transit", "on its way", "on the way", "en tránsito", "en transit", "onderweg", "em trânsito", "in transito", "traité", "acheminement",
        "procesad", "clasificad", "gesorteerd", "verwerkt", "processad", "forwarded", "transferred through", "transported", "transportiert",
        "onward transport", "further transport",
    ]),
];

/// Where a delivered parcel was left, by words that stand in the sentence.
#[rustfmt::skip]
const PLACES: &[(DeliveredTo, Phrases)] = &[
    (DeliveredTo::Neighbour, &["nachbar", "neighbo", "voisin", "vecin", "buren", "vizinh", "vicino"]),
    (DeliveredTo::Mailbox, &["briefkasten", "mailbox", "letterbox", "boîte aux lettres", "buzón", "brievenbus", "caixa de correio"]),
    (DeliveredTo::SafePlace, &["ablageort", "abstellort", "wunschort", "safe place", "lieu sûr"]),
    (DeliveredTo::Locker, &["packstation", "locker"]),
    (DeliveredTo::Reception, &["poststelle", "reception", "rezeption"]),
    (DeliveredTo::PickupPoint, &["filiale", "service point", "parcel shop"]),
];

/// Endings told in one word.
const BARE: &[(&str, Milestone)] = &[
    ("delivered", Milestone::Delivered),
    ("zugestellt", Milestone::Delivered),
    ("lost", Milestone::Lost),
    ("destroyed", Milestone::Disposed),
    ("vernichtet", Milestone::Disposed),
];

/// The longest sentence that is read, in bytes: what is longer is a letter, not a status.
const LONGEST: usize = 1_000;

fn has(sentence: &str, phrase: &str) -> bool {
    phrase.split('+').all(|part| sentence.contains(part))
}

/// What a sentence means, if a phrase says it. An end that it alone tells is of low confidence.
pub(super) fn meaning(sentence: &str) -> Option<Mapped> {
    if sentence.len() > LONGEST {
        return None;
    }
    let low = sentence.trim().to_lowercase();
    let any = |phrases: Phrases| phrases.iter().any(|phrase| has(&low, phrase));
    let found = BARE
        .iter()
        .find(|(word, _)| *word == low.trim_end_matches('.'))
        .map(|(_, end)| {
            (
                *end,
                (*end == Milestone::Delivered).then_some(Stage::LastMile),
                None,
            )
        });
    let is_negated = || {
        [
            " nicht ", " not ", "n't ", " pas ", " no ", " niet ", " não ", " non ", " never ",
        ]
        .iter()
        .any(|word| low.contains(word))
    };
    let (milestone, stage, reason) = found.or_else(|| {
        RULES
            .iter()
            .find(|rule| any(rule.3))
            .map(|rule| (rule.0, rule.1, rule.2))
    })?;
    if milestone.is_terminal() && is_negated() {
        return None;
    }
    let confidence = if milestone.is_terminal() {
        Confidence::Low
    } else {
        Confidence::Medium
    };
    let place = || {
        PLACES
            .iter()
            .find(|(_, words)| any(words))
            .map(|(place, _)| *place)
    };
    let delivered_to = if milestone == Milestone::Delivered {
        place()
    } else {
        None
    };
    Some(Mapped {
        reason,
        delivered_to,
        ..Mapped::rule(stage, milestone, confidence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_six_languages_are_understood() {
        use Milestone as M;
        let cases = [
            (
                "Die Sendung liegt ab sofort in der Filiale Musterstraße 1, 12345 Musterstadt zur Abholung bereit.",
                M::AvailableForPickup,
            ),
            (
                "Die Sendung wird zur Abholung in die Filiale gebracht.",
                M::InTransit,
            ),
            (
                "Die Sendung wurde in die Filiale gebracht und kann dort abgeholt werden.",
                M::AvailableForPickup,
            ),
            (
                "Die Sendung konnte heute nicht zugestellt werden.",
                M::DeliveryAttempted,
            ),
            (
                "Der Empfänger wurde nicht angetroffen.",
                M::DeliveryAttempted,
            ),
            (
                "Die Sendung wurde in das Zustellfahrzeug geladen. Die Zustellung erfolgt voraussichtlich heute.",
                M::OutForDelivery,
            ),
            ("Die Sendung wurde erfolgreich zugestellt.", M::Delivered),
            (
                "Die Sendung wurde in die Packstation eingestellt und kann abgeholt werden.",
                M::AvailableForPickup,
            ),
            (
                "Die Sendung wurde vom Empfänger aus der Packstation abgeholt.",
                M::Delivered,
            ),
            (
                "Die Sendung wurde vom Absender in der Packstation eingeliefert.",
                M::PickedUp,
            ),
            ("Die Sendung wurde abgeholt.", M::PickedUp),
            (
                "Die Sendung wurde elektronisch angekündigt. Sobald die Sendung von uns bearbeitet wurde, erhalten Sie weitere Informationen.",
                M::Announced,
            ),
            (
                "Die Sendung wurde im Start-Paketzentrum bearbeitet.",
                M::Departed,
            ),
            (
                "Die Sendung ist in der Region des Empfängers angekommen.",
                M::Arrived,
            ),
            (
                "Die Sendung wird zum Weitertransport vorbereitet.",
                M::InTransit,
            ),
            (
                "Die Sendung wird an den Absender zurückgesandt.",
                M::Returning,
            ),
            ("Die Zollabfertigung ist abgeschlossen.", M::CustomsReleased),
            (
                "Aufgrund einer Beschädigung verzögert sich der Transport der Sendung.",
                M::Damaged,
            ),
            (
                "Die Sendung wird voraussichtlich am nächsten Werktag zugestellt.",
                M::InTransit,
            ),
            (
                "The shipment could not be delivered, and the recipient has been notified",
                M::DeliveryAttempted,
            ),
            (
                "The shipment is ready for collection at the service point",
                M::AvailableForPickup,
            ),
            (
                "The shipment has been delivered to a neighbour",
                M::Delivered,
            ),
            (
                "Shipment is out with courier for delivery",
                M::OutForDelivery,
            ),
            ("Arrived at DHL Sort Facility LEIPZIG - GERMANY", M::Arrived),
            (
                "Departed Facility in HONG KONG - HONG KONG SAR, CHINA",
                M::Departed,
            ),
            ("Processed at LEIPZIG - GERMANY", M::InTransit),
            ("Transferred through CINCINNATI HUB,OH-USA", M::InTransit),
            ("Customs clearance status updated", M::CustomsSubmitted),
            (
                "Clearance processing complete at LOS ANGELES GATEWAY",
                M::CustomsReleased,
            ),
            ("Further clearance processing is required", M::CustomsHold),
            (
                "Broker has been notified to arrange for clearance",
                M::CustomsHold,
            ),
            ("Shipment on hold", M::Held),
            ("Scheduled for delivery as agreed", M::DeliveryScheduled),
            (
                "Delivery attempted; recipient not home",
                M::DeliveryAttempted,
            ),
            ("Delivery arranged no details expected", M::HandedOver),
            (
                "Awaiting collection by recipient as requested",
                M::AvailableForPickup,
            ),
            ("Returned to shipper", M::Returning),
            ("Shipment picked up", M::PickedUp),
            ("Shipment information received", M::Announced),
            ("Left with neighbour", M::Delivered),
            (
                "The recipient has picked up the shipment from the PACKSTATION",
                M::Delivered,
            ),
            (
                "Der Empfänger hat die Sendung in der Filiale abgeholt.",
                M::Delivered,
            ),
            (
                "The shipment has been loaded onto the delivery vehicle",
                M::OutForDelivery,
            ),
            (
                "The shipment has been processed in the parcel center of origin",
                M::Departed,
            ),
            (
                "The shipment arrived in the region of recipient and will be transported to the delivery base in the next step.",
                M::Arrived,
            ),
            (
                "The instruction data for this shipment have been provided by the sender to DHL electronically",
                M::Announced,
            ),
            (
                "Die Sendung wurde von DHL bearbeitet und wird für den Weitertransport in die Region des Empfängers vorbereitet.",
                M::InTransit,
            ),
            (
                "Leider war eine Zustellung der Sendung heute nicht möglich.",
                M::DeliveryAttempted,
            ),
            (
                "Die Sendung wurde fehlgeleitet und konnte nicht zugestellt werden.",
                M::Misrouted,
            ),
            (
                "Die Sendung wird in das Zielland transportiert und dort an die Zustellorganisation übergeben.",
                M::InTransit,
            ),
            (
                "Die Sendung wurde vom Zoll freigegeben.",
                M::CustomsReleased,
            ),
            ("Llegada a las instalaciones de DHL", M::Arrived),
            ("Salida de las instalaciones de DHL", M::Departed),
            ("We left a card: nobody home", M::DeliveryAttempted),
            ("Handed over to a delivery partner", M::HandedOver),
            ("Le colis a été livré", M::Delivered),
            (
                "Le colis n'a pas pu être livré : destinataire absent",
                M::DeliveryAttempted,
            ),
            (
                "Votre colis est disponible au retrait",
                M::AvailableForPickup,
            ),
            ("Die Sendung ist leider in Verlust geraten.", M::Lost),
            ("The shipment has been declared lost", M::Lost),
            ("Le colis a été perdu", M::Lost),
            (
                "Die Sendung wurde wegen Beschädigung vernichtet.",
                M::Disposed,
            ),
            ("De zending is vernietigd", M::Disposed),
            ("DESTROYED", M::Disposed),
            ("SHIPMENT CANCELED", M::Cancelled),
            ("Il destinatario ha rifiutato la spedizione", M::Refused),
            ("El envío está en reparto", M::OutForDelivery),
            ("El envío ha sido entregado", M::Delivered),
            ("No se ha podido entregar el envío", M::DeliveryAttempted),
            ("De zending is bezorgd bij de buren", M::Delivered),
            ("De bezorger is onderweg", M::OutForDelivery),
            ("De zending kon niet worden bezorgd", M::DeliveryAttempted),
            ("A encomenda foi entregue", M::Delivered),
            (
                "A encomenda está disponível para levantamento",
                M::AvailableForPickup,
            ),
            ("A encomenda não foi entregue", M::DeliveryAttempted),
        ];
        for (sentence, milestone) in cases {
            let found = meaning(sentence).map(|mapped| mapped.milestone);
            assert_eq!(found, Some(milestone), "{sentence}");
        }
    }

    #[test]
    fn what_no_phrase_fits_is_not_guessed_at_and_an_end_is_never_sure() {
        assert_eq!(meaning("Bitte beachten Sie unsere Hinweise."), None);
        assert_eq!(meaning(&"zugestellt ".repeat(200)), None);
        for open in [
            "The shipment was not lost",
            "Die Sendung wird vernichtet.",
            "The shipment will be destroyed",
            "If it is lost, we will not charge",
        ] {
            assert_eq!(meaning(open), None, "{open}");
        }
        let delivered = meaning("Die Sendung wurde an einen Nachbarn zugestellt.").unwrap();
        assert_eq!(
            (delivered.confidence, delivered.delivered_to),
            (Confidence::Low, Some(DeliveredTo::Neighbour))
        );
    }
}
