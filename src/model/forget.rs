//! Shipments and events without personal data.

use super::masking::HIDDEN;
use super::{
    Event, FreeText, Order, Personal, PickupPoint, Place, ProofOfDelivery, Shipment, WebLink,
};

impl Shipment {
    /// Masks what JSON masks: names, sentences, exact positions, pickup codes and addresses that
    /// act. The trail stays, and its events keep their ids.
    ///
    /// ```
    /// use parceltrail::testing::shipment;
    /// let mut shipment = shipment("dhl.unified", "7100000042").shipment();
    /// shipment.forget_personal_data();
    /// ```
    pub fn forget_personal_data(&mut self) {
        self.events.iter_mut().for_each(Event::forget_personal_data);
        self.proof_of_delivery.iter_mut().for_each(hide_proof);
        self.pickup_point.iter_mut().for_each(hide_code);
        self.links.iter_mut().for_each(hide_address);
        if let Some(order) = &mut self.order {
            hide_customer(order);
        }
    }
}

impl Event {
    /// Masks what JSON masks, as [`Shipment::forget_personal_data`] does. Its id stays.
    pub fn forget_personal_data(&mut self) {
        hide(&mut self.signed_by);
        let place = self.place.as_ref();
        mask(&mut self.code.text, place);
        mask(&mut self.next_steps, place);
        mask(&mut self.remark, place);
        self.proof_of_delivery.iter_mut().for_each(hide_proof);
        self.position = self.position.map(|position| position.rough());
    }
}

fn hide(personal: &mut Option<Personal>) {
    personal
        .iter_mut()
        .for_each(|personal| *personal = Personal::new(HIDDEN));
}

fn mask(text: &mut Option<FreeText>, place: Option<&Place>) {
    text.iter_mut()
        .for_each(|text| *text = FreeText::new(text.shown_with(place)));
}

fn hide_proof(proof: &mut ProofOfDelivery) {
    hide(&mut proof.url);
    hide(&mut proof.reference);
}

fn hide_code(point: &mut PickupPoint) {
    hide(&mut point.code);
}

fn hide_address(link: &mut WebLink) {
    if link.shown().is_none() {
        link.url = Personal::new(HIDDEN);
    }
}

fn hide_customer(order: &mut Order) {
    hide(&mut order.customer);
}
