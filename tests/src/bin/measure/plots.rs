//! The plots: bars for a comparison of one point, lines for one of several.
//!
//! They are to be read on a light page and on a dark one. So nothing is painted behind them, the text
//! takes the colour of the text around it (`currentColor`), and the sides have colours of middle
//! brightness. They are included in the page itself: in a file of its own, a picture knows no colour
//! around it.

use std::fs;
use std::io;
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::data::{Comparison, Data};
use crate::tables::number;

/// Stands for the colour of the text around; no side has it.
const TEXT: RGBColor = RGBColor(1, 2, 3);

/// A peer has one color on the whole page. Who is not named has the one of its place, and the first is ours.
fn color(index: usize, name: &str) -> RGBColor {
    COLORS[match name {
        "tokio" | "poll" => 1,
        "plain select loop" | "select" | "futures-executor" => 2,
        "smol" | "async-executor" => 3,
        "plain epoll loop" | "epoll" => 4,
        _ => index % COLORS.len(),
    }]
}

const COLORS: [RGBColor; 5] = [
    RGBColor(0xd9, 0x7a, 0x1e),
    RGBColor(0x3b, 0x8e, 0xd0),
    RGBColor(0x3f, 0xa3, 0x6c),
    RGBColor(0xa7, 0x6b, 0xcf),
    RGBColor(0x8c, 0x93, 0x9c),
];

const WIDTH: u32 = 720;

pub(crate) fn draw(data: &Data, into: &Path) -> io::Result<()> {
    for comparison in &data.comparisons {
        let mut svg = String::new();
        let drawn = match comparison.along {
            None => bars(comparison, &mut svg),
            Some(_) => lines(comparison, &mut svg),
        };
        drawn.map_err(io::Error::other)?;
        fs::write(
            into.join(format!("{}.svg", comparison.name)),
            for_the_page(&svg, &comparison.title),
        )?;
    }
    for it in &data.left_out {
        let mut svg = String::new();
        nothing(&mut svg).map_err(io::Error::other)?;
        let svg = for_the_page(&svg, NOTHING);
        fs::write(into.join(format!("{}.svg", it.name)), svg)?;
    }
    Ok(())
}

/// With the text's own colour, and a word for those who cannot see it. (Its size is the page's concern.)
fn for_the_page(svg: &str, title: &str) -> String {
    let svg = svg.replace("#010203", "currentColor");
    let svg = svg.replacen(
        "<svg width=",
        "<svg role=\"img\" fill=\"currentColor\" width=",
        1,
    );
    match svg.split_once(">\n") {
        Some((open, rest)) => format!("{open}>\n<title>{title}</title>\n{rest}"),
        None => svg,
    }
}

type Drawn = Result<(), Box<dyn std::error::Error + Send + Sync>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn font(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&TEXT)
}

/// What stands in the place of a plot that there is not.
const NOTHING: &str = "Not measured on this machine";

fn nothing(svg: &mut String) -> Drawn {
    let area: Area<'_> = SVGBackend::with_string(svg, (WIDTH, 40)).into_drawing_area();
    area.draw_text(NOTHING, &font(14), (10, 10))?;
    area.present()?;
    Ok(())
}

fn bars(comparison: &Comparison, svg: &mut String) -> Drawn {
    let sides: Vec<_> = comparison
        .points
        .iter()
        .flat_map(|point| &point.sides)
        .collect();
    let longest = sides.iter().map(|side| side.value.high).fold(0.0, f64::max);
    let height = 50 + 34 * u32::try_from(sides.len())?;
    let area: Area<'_> = SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area();
    let title = format!("{}, in {}", comparison.title, comparison.unit);
    area.draw_text(&title, &font(17), (10, 10))?;
    let (left, room) = (250, f64::from(WIDTH) - 250.0 - 90.0);
    for (place, side) in sides.iter().enumerate() {
        let color = color(place, &side.name);
        let y = 48 + 34 * i32::try_from(place)?;
        let length = |value: f64| left + (value / longest * room) as i32;
        let right = font(14).pos(Pos::new(HPos::Right, VPos::Center));
        area.draw_text(&side.name, &right, (left - 10, y + 10))?;
        let (from, to) = ((left, y), (length(side.value.median), y + 20));
        area.draw(&Rectangle::new([from, to], color.filled()))?;
        let whisker = [
            (length(side.value.low), y + 10),
            (length(side.value.high), y + 10),
        ];
        area.draw(&PathElement::new(whisker, TEXT.stroke_width(1)))?;
        let middle = font(14).pos(Pos::new(HPos::Left, VPos::Center));
        let end = length(side.value.median.max(side.value.high)) + 8;
        area.draw_text(&number(side.value.median), &middle, (end, y + 10))?;
    }
    area.present()?;
    Ok(())
}

fn lines(comparison: &Comparison, svg: &mut String) -> Drawn {
    let at = |point: &crate::data::Point| point.at as f64;
    let xs: Vec<f64> = comparison.points.iter().map(at).collect();
    let (first, last) = (xs[0], xs[xs.len() - 1]);
    let sides = || comparison.points.iter().flat_map(|point| &point.sides);
    let (low, high) = (
        sides().map(|side| side.value.low).fold(f64::MAX, f64::min),
        sides().map(|side| side.value.high).fold(0.0, f64::max),
    );
    let area: Area<'_> = SVGBackend::with_string(svg, (WIDTH, 440)).into_drawing_area();
    area.draw_text(&comparison.title, &font(17), (10, 10))?;
    // A logarithm knows no zero, and a step from stage to stage is not a factor. Where one axis is
    // linear so is the other: on two different ones, a cost that grows in proportion looks like none.
    let margin = (last - first) * 0.02 + 0.1;
    let (x, y) = (first - margin..last + margin, 0.0..high * 1.1);
    let (log_x, log_y) = (first * 0.9..last * 1.1, low * 0.8..high * 1.25);
    let (log_x, log_y) = (log_x.log_scale(), log_y.log_scale());
    if first == 0.0 || last / first < 20.0 {
        chart(comparison, &area, x, y, &xs)?;
    } else if high / low < 20.0 {
        chart(comparison, &area, log_x, y, &xs)?;
    } else {
        chart(comparison, &area, log_x, log_y, &xs)?;
    }
    area.present()?;
    Ok(())
}

fn chart<X, Y>(comparison: &Comparison, area: &Area<'_>, x: X, y: Y, ticks: &[f64]) -> Drawn
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64> + Ranged<ValueType = f64>,
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64> + Ranged<ValueType = f64>,
{
    // The names stand above the lines, where they hide none.
    let names = comparison.names();
    let step = i32::try_from(WIDTH - 20)? / i32::try_from(names.len().max(4))?;
    for (place, name) in names.iter().enumerate() {
        let color = color(place, name);
        let left = 20 + i32::try_from(place)? * step;
        let mark = PathElement::new([(left, 50), (left + 18, 50)], color.stroke_width(3));
        area.draw(&mark)?;
        let middle = font(14).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw_text(name, &middle, (left + 24, 50))?;
    }
    let area = area.margin(60, 0, 0, 0);
    let mut chart = ChartBuilder::on(&area)
        .margin(10)
        .margin_right(36)
        .x_label_area_size(42)
        .y_label_area_size(72)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .bold_line_style(TEXT.mix(0.15))
        .light_line_style(TRANSPARENT)
        .axis_style(TEXT.mix(0.6))
        .x_labels(ticks.len().max(5))
        .y_labels(6)
        .label_style(font(13))
        .axis_desc_style(font(14))
        .x_desc(comparison.along.as_deref().unwrap_or_default())
        .y_desc(&comparison.unit)
        .x_label_formatter(&|x| number(*x))
        .y_label_formatter(&|y| number(*y))
        .draw()?;
    for (place, name) in names.into_iter().enumerate() {
        let color = color(place, name);
        let value = |point: &crate::data::Point| {
            let side = point.sides.iter().find(|side| side.name == name)?;
            Some((point.at as f64, side.value))
        };
        let points: Vec<_> = comparison.points.iter().filter_map(value).collect();
        let middle = || points.iter().map(|(at, value)| (*at, value.median));
        chart.draw_series(LineSeries::new(middle(), color.stroke_width(2)))?;
        chart.draw_series(middle().map(|it| Circle::new(it, 4, color.filled())))?;
        // The middle half of all runs, as far as it goes.
        chart.draw_series(points.iter().map(|(at, value)| {
            PathElement::new([(*at, value.low), (*at, value.high)], color.stroke_width(1))
        }))?;
    }
    Ok(())
}
