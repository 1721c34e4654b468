//! Drawn pictures for the orders of the demonstration: a scene before and after. They are plainly
//! drawings, so that nobody takes them for evidence.

use crate::{App, AppError};
use image::{Rgb, RgbImage};
use luyuan_store::files::FileRow;
use std::{collections::HashMap, io::Cursor};

const SIZE: (u32, u32) = (640, 420);
/// Where the ground begins.
const GROUND: u32 = 270;

/// What is to be seen: name, and what lies there before.
const SCENES: [&str; 6] = ["shed", "garden", "heap", "bench", "street", "cage"];

/// The pictures' rows, by scene and whether it is after.
pub(super) struct Pictures(HashMap<(&'static str, bool), FileRow>);

impl Pictures {
    /// The row of a picture, to be given an id and an order.
    pub fn row(&self, scene: &str, after: bool) -> Option<FileRow> {
        self.0.iter().find(|((name, state), _)| *name == scene && *state == after).map(|(_, row)| row.clone())
    }
}

impl App {
    /// Draws and keeps every picture once.
    pub(super) async fn draw_pictures(&self) -> Result<Pictures, AppError> {
        let mut rows = HashMap::new();
        for scene in SCENES {
            for after in [false, true] {
                let mut bytes = Cursor::new(Vec::new());
                let drawn = draw(scene, after);
                drawn
                    .write_to(&mut bytes, image::ImageFormat::Png)
                    .map_err(|error| AppError::File(error.to_string()))?;
                rows.insert((scene, after), self.photo_row(bytes.into_inner(), after).await?);
            }
        }
        Ok(Pictures(rows))
    }
}

struct Canvas(RgbImage);

impl Canvas {
    fn rect(&mut self, x: u32, y: u32, width: u32, height: u32, color: [u8; 3]) {
        for py in y..(y + height).min(SIZE.1) {
            for px in x..(x + width).min(SIZE.0) {
                self.0.put_pixel(px, py, Rgb(color));
            }
        }
    }

    fn disc(&mut self, x: u32, y: u32, radius: u32, color: [u8; 3]) {
        for py in y.saturating_sub(radius)..(y + radius).min(SIZE.1) {
            for px in x.saturating_sub(radius)..(x + radius).min(SIZE.0) {
                if px.abs_diff(x).pow(2) + py.abs_diff(y).pow(2) <= radius * radius {
                    self.0.put_pixel(px, py, Rgb(color));
                }
            }
        }
    }

    fn tree(&mut self, x: u32) {
        self.rect(x - 6, GROUND - 50, 12, 70, [112, 84, 60]);
        self.disc(x, GROUND - 80, 52, [86, 142, 92]);
        self.disc(x + 24, GROUND - 60, 34, [104, 160, 106]);
    }

    fn bench(&mut self, x: u32) {
        self.rect(x, GROUND + 50, 120, 10, [150, 104, 62]);
        self.rect(x, GROUND + 26, 120, 10, [150, 104, 62]);
        self.rect(x + 10, GROUND + 26, 8, 60, [70, 74, 78]);
        self.rect(x + 102, GROUND + 26, 8, 60, [70, 74, 78]);
    }
}

/// A house in front of which something lies, or no longer does.
fn draw(scene: &str, after: bool) -> RgbImage {
    let mut canvas = Canvas(RgbImage::from_pixel(SIZE.0, SIZE.1, Rgb([214, 228, 238])));
    canvas.rect(60, 60, 520, GROUND - 60, [232, 222, 204]);
    canvas.rect(60, 48, 520, 14, [120, 124, 130]);
    for row in 0..2 {
        for column in 0..6 {
            let (x, y) = (92 + column * 80, 86 + row * 90);
            canvas.rect(x, y, 46, 56, [150, 178, 196]);
            canvas.rect(x + 21, y, 4, 56, [240, 238, 232]);
            if scene == "cage" && !after {
                canvas.rect(x - 8, y + 26, 62, 40, [128, 132, 136]);
                for bar in 0..5 {
                    canvas.rect(x - 4 + bar * 12, y + 28, 3, 34, [220, 220, 220]);
                }
            }
        }
    }
    let ground = if scene == "street" || scene == "cage" { [186, 186, 182] } else { [196, 190, 176] };
    canvas.rect(0, GROUND, SIZE.0, SIZE.1 - GROUND, ground);
    match (scene, after) {
        ("shed", false) => {
            canvas.rect(330, GROUND - 110, 190, 150, [92, 128, 164]);
            canvas.rect(318, GROUND - 124, 214, 16, [70, 96, 128]);
            canvas.rect(400, GROUND - 60, 50, 100, [60, 72, 84]);
        }
        ("garden", false) => {
            for row in 0..4 {
                canvas.rect(80, GROUND + 14 + row * 34, 480, 20, [104, 78, 54]);
                for plant in 0..16 {
                    canvas.disc(96 + plant * 30, GROUND + 22 + row * 34, 9, [92, 148, 66]);
                }
            }
        }
        ("heap", false) => {
            for piece in 0..26_u32 {
                let (x, y) = (170 + piece * 53 % 300, GROUND + 70 - piece * 29 % 90);
                let tone = u8::try_from(90 + piece * 37 % 100).unwrap_or(120);
                canvas.rect(x, y, 34 + piece * 13 % 30, 26 + piece * 7 % 24, [tone, tone - 20, tone - 40]);
            }
        }
        ("bench", false) => {
            canvas.tree(140);
            canvas.rect(250, GROUND + 56, 60, 8, [150, 104, 62]);
            canvas.rect(260, GROUND + 30, 8, 60, [70, 74, 78]);
        }
        ("street", false) => {
            for car in 0..4 {
                let x = 40 + car * 150;
                canvas.rect(
                    x,
                    GROUND + 40,
                    120,
                    40,
                    [[176, 66, 58], [74, 100, 140], [210, 208, 200], [88, 92, 96]][car as usize],
                );
                canvas.rect(x + 24, GROUND + 18, 70, 26, [180, 200, 212]);
                canvas.disc(x + 28, GROUND + 82, 13, [40, 40, 42]);
                canvas.disc(x + 92, GROUND + 82, 13, [40, 40, 42]);
            }
        }
        ("cage", _) => canvas.tree(600),
        (_, _) => {
            canvas.rect(0, GROUND + 96, SIZE.0, 54, [150, 186, 128]);
            canvas.tree(130);
            canvas.tree(520);
            if scene == "bench" {
                canvas.bench(210);
                canvas.bench(350);
            }
        }
    }
    canvas.0
}
