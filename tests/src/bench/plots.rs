//! The plots: a line for each side, on scales that both grow by factors.
//!
//! They are read on light pages and on dark ones. So nothing is painted behind them, text has the colour of the
//! text around it (`currentColor`), and the sides have colours of middle brightness. A page includes the picture
//! itself: a picture in a file of its own knows no colour around it.

use std::error::Error;
use std::io;
use std::path::Path;

use fs_err as fs;
use plotters::prelude::*;

use super::data::{Comparison, Measured};
use super::tables::number;

/// The comparisons that have a picture. A table says all there is about the others.
const DRAWN: [&str; 4] = ["scan-and-wakers", "echo", "echo-idle", "select-call"];

pub(crate) fn draw(data: &[Comparison], into: &Path) -> io::Result<()> {
    for it in data.iter().filter(|it| DRAWN.contains(&&*it.name)) {
        let mut svg = String::new();
        if !it.points.is_empty() {
            lines(it, &mut svg).map_err(|error| io::Error::other(error.to_string()))?;
        }
        let title = format!(">\n<title>{}</title>\n", it.title);
        let svg = svg
            .replacen(">\n", &title, 1)
            .replace("#010203", "currentColor");
        let svg = svg.replacen("<svg", "<svg role=\"img\" fill=\"currentColor\"", 1);
        fs::write(into.join(format!("{}.svg", it.name)), svg)?;
    }
    Ok(())
}

/// Stands for the colour of the text around.
const TEXT: RGBColor = RGBColor(1, 2, 3);

const COLORS: [RGBColor; 3] = [
    RGBColor(0xd9, 0x7a, 0x1e),
    RGBColor(0x3f, 0xa3, 0x6c),
    RGBColor(0x3b, 0x8e, 0xd0),
];

fn ends(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    numbers.fold((f64::MAX, 0.0), |(low, high), it| {
        (it.min(low), it.max(high))
    })
}

fn lines(comparison: &Comparison, svg: &mut String) -> Result<(), Box<dyn Error>> {
    let points = &comparison.points;
    let sides = points.iter().flat_map(|(_, sides)| sides);
    let (low, high) = ends(sides.map(|side| side.median));
    let places = || points.iter().map(|(at, _)| *at as f64);
    let (first, last) = ends(places());
    let text = |size: u32| ("sans-serif", size).into_font().color(&TEXT);
    let area = SVGBackend::with_string(svg, (720, 440)).into_drawing_area();
    let mut chart = ChartBuilder::on(&area)
        .caption(&comparison.title, text(20))
        .margin(20)
        .margin_right(50)
        .x_label_area_size(48)
        .y_label_area_size(84)
        .build_cartesian_2d(
            (first * 0.9..last * 1.1).log_scale(),
            (low * 0.7..high * 1.4).log_scale(),
        )?;
    chart
        .configure_mesh()
        .bold_line_style(TEXT.mix(0.15))
        .light_line_style(TRANSPARENT)
        .axis_style(TEXT)
        .label_style(text(16))
        .x_labels(5)
        .y_labels(6)
        .x_desc(comparison.along.as_deref().unwrap_or_default())
        .y_desc(&comparison.unit)
        .x_label_formatter(&|x| number(*x))
        .y_label_formatter(&|y| number(*y))
        .draw()?;
    for (name, color) in comparison.names().into_iter().zip(COLORS) {
        let of = |side: &&Measured| side.name == name;
        let places = places()
            .zip(points)
            .filter_map(|(at, (_, sides))| Some((at, sides.iter().find(of)?.median)));
        let style = color.filled().stroke_width(2);
        chart
            .draw_series(LineSeries::new(places, style).point_size(4))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(text(17))
        .draw()?;
    area.present()?;
    Ok(())
}
