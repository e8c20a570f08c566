#include <memory>
#include <stdexcept>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "server/demo.h"

namespace diemcau::server {
namespace {

// Decree 30/2020/NĐ-CP, Annex I: A4; margins 20 mm top and bottom, 30 left, 20 right; 13-14 pt.
constexpr double millimetre = 72.0 / 25.4;
constexpr double page_width = 210 * millimetre;
constexpr double page_height = 297 * millimetre;
constexpr double left = 30 * millimetre;
constexpr double right = page_width - 20 * millimetre;
constexpr double top = 20 * millimetre;

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free_function(pointer);
  }
};

struct Style {
  const char* font = "Noto Serif 12";
  PangoAlignment alignment = PANGO_ALIGN_LEFT;
  double indent = 0;
};

class Page {
 public:
  explicit Page(std::string& out)
      : surface_(cairo_pdf_surface_create_for_stream(
            [](void* to, const unsigned char* bytes, unsigned size) {
              static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
              return CAIRO_STATUS_SUCCESS;
            },
            &out, page_width, page_height)),
        cairo_(cairo_create(surface_.get())) {}

  /// Writes a text into a column; returns where the next line goes. Lines wrap, so the height is asked, never
  /// assumed.
  double write(const std::string& text, double x, double y, double width, const Style& style) const {
    const std::unique_ptr<PangoLayout, Free<g_object_unref>> layout(pango_cairo_create_layout(cairo_.get()));
    const std::unique_ptr<PangoFontDescription, Free<pango_font_description_free>> font(
        pango_font_description_from_string(style.font));
    pango_layout_set_font_description(layout.get(), font.get());
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_alignment(layout.get(), style.alignment);
    pango_layout_set_indent(layout.get(), static_cast<int>(style.indent * PANGO_SCALE));
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    cairo_move_to(cairo_.get(), x, y);
    pango_cairo_show_layout(cairo_.get(), layout.get());
    int height = 0;
    pango_layout_get_pixel_size(layout.get(), nullptr, &height);
    return y + height;
  }
  void rule(double from, double until, double y) const {
    cairo_set_line_width(cairo_.get(), 0.7);
    cairo_move_to(cairo_.get(), from, y);
    cairo_line_to(cairo_.get(), until, y);
    cairo_stroke(cairo_.get());
  }
  void close() {
    cairo_.reset();
    cairo_surface_finish(surface_.get());
    if (cairo_surface_status(surface_.get()) != CAIRO_STATUS_SUCCESS)
      throw std::runtime_error("the PDF failed");
  }

 private:
  std::unique_ptr<cairo_surface_t, Free<cairo_surface_destroy>> surface_;
  std::unique_ptr<cairo_t, Free<cairo_destroy>> cairo_;
};

}  // namespace

std::string letter_pdf(const scheduler::InvitationLetter& letter) {
  std::string pdf;
  Page page(pdf);
  const double middle = left + (right - left) * 0.42;
  const Style centred{"Noto Serif 12", PANGO_ALIGN_CENTER};
  const Style centred_bold{"Noto Serif Bold 12", PANGO_ALIGN_CENTER};
  const Style centred_italic{"Noto Serif Italic 12", PANGO_ALIGN_CENTER};

  const double left_width = middle - left - 8;
  double y = top;
  for (std::size_t i = 0; i < letter.issuer.size(); ++i)
    y = page.write(letter.issuer[i], left, y, left_width,
                   i + 1 == letter.issuer.size() ? centred_bold : centred);
  page.rule(left + left_width * 0.35, left + left_width * 0.65, y + 2);
  y = page.write(letter.number, left, y + 8, left_width, centred);
  y = page.write(letter.about, left, y + 2, left_width, {"Noto Serif 10", PANGO_ALIGN_CENTER});

  const double right_width = right - middle;
  double other =
      page.write(letter.country, middle, top, right_width, {"Noto Serif Bold 11", PANGO_ALIGN_CENTER});
  other = page.write(letter.motto, middle, other, right_width, centred_bold);
  page.rule(middle + right_width * 0.2, middle + right_width * 0.8, other + 2);
  other = page.write(letter.place_and_date, middle, other + 8, right_width, centred_italic);

  const double width = right - left;
  y = std::max(y, other) + 24;
  y = page.write(letter.kind, left, y, width, {"Noto Serif Bold 14", PANGO_ALIGN_CENTER});
  y = page.write(letter.abstract, left, y, width, centred_bold) + 14;
  for (const auto& paragraph : letter.body)
    y = page.write(paragraph, left, y, width, {"Noto Serif 12", PANGO_ALIGN_LEFT, 28}) + 6;

  y += 14;
  double foot = page.write("Nơi nhận:", left, y, left_width, {"Noto Serif Bold Italic 11"});
  for (const auto& recipient : letter.recipients)
    foot = page.write(recipient, left, foot, left_width, {"Noto Serif 10"});
  for (std::size_t i = 0; i < letter.signature.size(); ++i) {
    // Room for hand and seal above the name.
    if (i + 1 == letter.signature.size() && i > 0) y += 56;
    y = page.write(letter.signature[i], middle, y, right_width, centred_bold);
  }
  page.close();
  return pdf;
}

}  // namespace diemcau::server
