//! How well quantiles hold, as a picture: left, which share was delivered by each quantile; right,
//! where between the quantiles deliveries fell.

use std::path::Path;

use parceltrail::eta::score::LEVELS;
use plotters::prelude::*;
use plotters::style::FontFamily;

use crate::methods::Method;
use crate::scores::Scores;

type Problem = Box<dyn std::error::Error + Send + Sync>;

const SIZE: (u32, u32) = (1060, 520);
const DRAWN: [(Method, RGBColor); 3] = [
    (Method::Ours, RGBColor(27, 94, 168)),
    (Method::Global, RGBColor(217, 119, 6)),
    (Method::Lane, RGBColor(74, 138, 58)),
];
const GREY: RGBColor = RGBColor(120, 120, 120);
const INK: RGBColor = RGBColor(40, 40, 40);

/// Draws over every moment forecast from.
pub fn write(path: &Path, scores: &Scores) -> Result<(), Problem> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let titled = root.titled("Do the quantiles hold?", font(22, INK))?;
    let (left, right) = titled.split_horizontally(520);
    reliability(&left, scores)?;
    let panels = right.margin(4, 4, 0, 12).split_evenly((DRAWN.len(), 1));
    for (at, (panel, (method, colour))) in panels.iter().zip(DRAWN).enumerate() {
        between(panel, scores, method, colour, at + 1 == DRAWN.len())?;
    }
    root.present()?;
    Ok(())
}

fn font(size: u32, colour: RGBColor) -> TextStyle<'static> {
    (FontFamily::SansSerif, size).into_font().color(&colour)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Nominal against observed share: on the diagonal all is well, below it parcels come later than
/// said.
fn reliability(area: &Area<'_>, scores: &Scores) -> Result<(), Problem> {
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .caption("Delivered by each quantile", font(16, INK))
        .x_label_area_size(42)
        .y_label_area_size(52)
        .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
    chart
        .configure_mesh()
        .x_desc("promised share")
        .y_desc("share delivered by then")
        .x_labels(11)
        .y_labels(11)
        .light_line_style(TRANSPARENT)
        .label_style(font(13, INK))
        .axis_desc_style(font(14, INK))
        .draw()?;
    chart
        .draw_series(LineSeries::new(
            [(0.0, 0.0), (1.0, 1.0)],
            GREY.stroke_width(1),
        ))?
        .label("as promised")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], GREY.stroke_width(1)));
    for (method, colour) in DRAWN {
        let Some(score) = scores
            .whole(method)
            .filter(|score| score.coverage_10_90().is_some())
        else {
            continue;
        };
        let points: Vec<(f64, f64)> = score
            .reliability()
            .iter()
            .filter_map(|row| Some((row.level, row.delivered?)))
            .collect();
        let name = format!("{} (n = {})", method.as_str(), score.n());
        chart
            .draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?
            .label(name)
            .legend(move |at| legend(at, colour));
        chart.draw_series(
            points
                .iter()
                .map(|point| Circle::new(*point, 4, colour.filled())),
        )?;
    }
    if let Some(promise) = scores
        .whole(Method::Promise)
        .and_then(|score| score.under_p90())
    {
        let line = [(0.0, promise), (1.0, promise)];
        let dashes = DashedLineSeries::new(line, 4, 4, GREY.stroke_width(1));
        chart
            .draw_series(dashes)?
            .label("delivered by the promise")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 5, y)], GREY.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.85))
        .border_style(TRANSPARENT)
        .label_font(font(13, INK))
        .draw()?;
    Ok(())
}

fn legend((x, y): (i32, i32), colour: RGBColor) -> Rectangle<(i32, i32)> {
    Rectangle::new([(x, y - 2), (x + 18, y + 2)], colour.filled())
}

/// How many times as many deliveries as promised fell between each pair of quantiles: at 1 all is
/// well.
fn between(
    area: &Area<'_>,
    scores: &Scores,
    method: Method,
    colour: RGBColor,
    is_last: bool,
) -> Result<(), Problem> {
    let bins = scores
        .whole(method)
        .and_then(|score| score.between_quantiles())
        .unwrap_or_default();
    let edges = [0.0, LEVELS[0], LEVELS[1], LEVELS[2], LEVELS[3], 1.0];
    let bars: Vec<(f64, f64, f64, f64)> = (0..5)
        .map(|at| {
            (
                edges[at],
                edges[at + 1],
                bins[at],
                bins[at] / (edges[at + 1] - edges[at]),
            )
        })
        .collect();
    let highest = bars.iter().map(|bar| bar.3).fold(2.0, f64::max) * 1.15;
    let caption = if method == Method::Ours {
        "ours: where deliveries fell (1 = as promised)".to_owned()
    } else {
        method.as_str().to_owned()
    };
    let mut chart = ChartBuilder::on(area)
        .caption(caption, font(15, INK))
        .x_label_area_size(if is_last { 40 } else { 22 })
        .y_label_area_size(44)
        .build_cartesian_2d(0.0..1.0, 0.0..highest)?;
    let mut mesh = chart.configure_mesh();
    mesh.disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(11)
        .y_labels(4)
        .label_style(font(12, INK))
        .axis_desc_style(font(14, INK));
    if is_last {
        mesh.x_desc("promised share: before P10, to P50, to P80, to P90, after");
    }
    mesh.draw()?;
    chart.draw_series(bars.iter().map(|(from, to, _, height)| {
        Rectangle::new([(*from, 0.0), (*to, *height)], colour.mix(0.35).filled())
    }))?;
    chart.draw_series(bars.iter().map(|(from, to, _, height)| {
        Rectangle::new([(*from, 0.0), (*to, *height)], colour.stroke_width(1))
    }))?;
    chart.draw_series(LineSeries::new(
        [(0.0, 1.0), (1.0, 1.0)],
        INK.stroke_width(1),
    ))?;
    let label = |(from, to, share, height): &(f64, f64, f64, f64)| {
        let middle = plotters::style::text_anchor::Pos::new(
            plotters::style::text_anchor::HPos::Center,
            plotters::style::text_anchor::VPos::Bottom,
        );
        let inside = if *height > highest * 0.2 {
            highest * 0.03
        } else {
            height + highest * 0.03
        };
        Text::new(
            format!("{:.0}%", share * 100.0),
            (f64::midpoint(*from, *to), inside),
            font(12, INK).pos(middle),
        )
    };
    chart.draw_series(bars.iter().map(label))?;
    Ok(())
}
