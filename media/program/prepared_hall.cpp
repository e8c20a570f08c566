#include "media/program/prepared_hall.h"

#include <array>
#include <cmath>
#include <memory>
#include <numbers>

#include <pango/pangocairo.h>

namespace diemcau::program {
namespace {

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free_function(pointer);
  }
};

struct Colour {
  double red, green, blue;
};
// Walls of the halls, by number: told apart at a glance, as real ones are.
constexpr std::array<Colour, 6> walls{{{0.78, 0.74, 0.64},
                                       {0.63, 0.72, 0.76},
                                       {0.72, 0.66, 0.72},
                                       {0.66, 0.73, 0.63},
                                       {0.80, 0.70, 0.58},
                                       {0.68, 0.69, 0.75}}};
constexpr std::array<Colour, 5> suits{
    {{0.16, 0.20, 0.30}, {0.25, 0.26, 0.29}, {0.92, 0.93, 0.95}, {0.13, 0.28, 0.30}, {0.35, 0.20, 0.20}}};
constexpr Colour skin{0.82, 0.62, 0.48}, hair{0.10, 0.09, 0.09}, cloth{0.72, 0.08, 0.10},
    letters{1.0, 0.87, 0.25}, wood{0.36, 0.22, 0.13}, mouth{0.45, 0.15, 0.15};

void use(cairo_t* cairo, Colour colour) {
  cairo_set_source_rgb(cairo, colour.red, colour.green, colour.blue);
}

void rectangle(cairo_t* cairo, Colour colour, double x, double y, double width, double height) {
  use(cairo, colour);
  cairo_rectangle(cairo, x, y, width, height);
  cairo_fill(cairo);
}

void ellipse(cairo_t* cairo, Colour colour, double x, double y, double across, double down) {
  use(cairo, colour);
  cairo_save(cairo);
  cairo_translate(cairo, x, y);
  cairo_scale(cairo, across, down);
  cairo_arc(cairo, 0, 0, 1, 0, 2 * std::numbers::pi);
  cairo_restore(cairo);
  cairo_fill(cairo);
}

/// In the middle of a box, as large as fits.
void text(cairo_t* cairo, Colour colour, const std::string& words, double size, double x, double y,
          double width) {
  const std::unique_ptr<PangoLayout, Free<g_object_unref>> layout(pango_cairo_create_layout(cairo));
  const std::unique_ptr<PangoFontDescription, Free<pango_font_description_free>> font(
      pango_font_description_from_string("Noto Sans Bold"));
  pango_layout_set_text(layout.get(), words.c_str(), -1);
  int across = 0;
  int down = 0;
  for (;; size -= 2) {
    pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
    pango_layout_set_font_description(layout.get(), font.get());
    pango_layout_get_pixel_size(layout.get(), &across, &down);
    if (across <= width || size <= 8) break;
  }
  use(cairo, colour);
  cairo_move_to(cairo, x + (width - across) / 2, y - down / 2.0);
  pango_cairo_show_layout(cairo, layout.get());
}

void person(cairo_t* cairo, Colour suit, double x, double y, double size, double speaks) {
  ellipse(cairo, suit, x, y + 1.9 * size, 1.25 * size, 1.1 * size);
  rectangle(cairo, skin, x - 0.25 * size, y + 0.6 * size, 0.5 * size, 0.5 * size);
  ellipse(cairo, hair, x, y - 0.12 * size, 0.66 * size, 0.78 * size);
  ellipse(cairo, skin, x, y + 0.08 * size, 0.58 * size, 0.70 * size);
  for (const double side : {-0.22, 0.22}) ellipse(cairo, hair, x + side * size, y, 0.06 * size, 0.05 * size);
  ellipse(cairo, mouth, x, y + 0.42 * size, 0.18 * size, (0.03 + 0.13 * speaks) * size);
}

}  // namespace

void PreparedHall::draw(double at, double length, double speaks, std::span<std::byte> pixels) const {
  const std::unique_ptr<cairo_surface_t, Free<cairo_surface_destroy>> surface(
      cairo_image_surface_create_for_data(reinterpret_cast<unsigned char*>(pixels.data()), CAIRO_FORMAT_RGB24,
                                          width, height, 4 * width));
  const std::unique_ptr<cairo_t, Free<cairo_destroy>> owner(cairo_create(surface.get()));
  auto* const cairo = owner.get();
  const auto shade = static_cast<std::size_t>(number);
  rectangle(cairo, walls[shade % walls.size()], 0, 0, width, height);
  rectangle(cairo, cloth, 40, 14, width - 80, 92);
  text(cairo, letters, "ĐIỂM CẦU SỐ " + std::to_string(number), 24, 48, 36, width - 96);
  text(cairo, letters, name, 42, 48, 76, width - 96);
  // Everybody moves a little, in whole turns of the film: its end joins its beginning.
  const auto sway = [&](int turns, double phase) {
    return std::sin(2 * std::numbers::pi * (turns * at / length + phase));
  };
  for (int i = 0; i < 5; ++i) {
    if (i == 2) continue;
    const double x = width * (0.14 + 0.18 * i) + 3 * sway(2 + i % 3, 0.21 * i);
    person(cairo, suits[(shade + static_cast<std::size_t>(i)) % suits.size()], x,
           186 + 2 * sway(3 + i % 2, 0.13 * i), 26, 0);
  }
  person(cairo, suits[shade % suits.size()], width / 2.0 + 5 * sway(3, 0), 176 + 3 * sway(5, 0.4), 36,
         speaks);
  rectangle(cairo, wood, 0, 270, width, height - 270);
  rectangle(cairo, {0.95, 0.95, 0.93}, width / 2.0 - 90, 284, 180, 34);
  text(cairo, hair, name, 20, width / 2.0 - 86, 301, 172);
  cairo_surface_flush(surface.get());
}

}  // namespace diemcau::program
