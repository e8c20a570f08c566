#include "media/program/captions.h"

#include <algorithm>
#include <tuple>

#include <gst/video/video.h>
#include <pango/pangocairo.h>

namespace diemcau::program {
namespace {

// Colours and proportions of .plate and .cover in web/shared/ui/stage.css.
struct Colour {
  double red, green, blue, alpha;
};
constexpr Colour plate{0x0b / 255.0, 0x0f / 255.0, 0x13 / 255.0, 0.8};
constexpr Colour surface{0x12 / 255.0, 0x18 / 255.0, 0x1e / 255.0, 1};
constexpr Colour letters{1, 1, 1, 1};
constexpr int margin = 10;
constexpr double corner = 4;

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free_function(pointer);
  }
};
using Surface = std::unique_ptr<cairo_surface_t, Free<cairo_surface_destroy>>;
using Cairo = std::unique_ptr<cairo_t, Free<cairo_destroy>>;
using Text = std::unique_ptr<PangoLayout, Free<g_object_unref>>;

/// Composed letters: a typeface sets "ộ" better than "o" with two marks. What is no UTF-8 is not drawn.
std::string composed(const std::string& name) {
  const std::unique_ptr<char, Free<g_free>> text(
      g_utf8_normalize(name.data(), static_cast<gssize>(name.size()), G_NORMALIZE_DEFAULT_COMPOSE));
  return text ? text.get() : "";
}

void colour(cairo_t* cairo, const Colour& as) {
  cairo_set_source_rgba(cairo, as.red, as.green, as.blue, as.alpha);
}

/// One line, or with `lines` at most so many; what does not fit into `width` ends in an ellipsis.
Text set_text(cairo_t* cairo, const std::string& name, int pixels, int width, int lines) {
  Text text(pango_cairo_create_layout(cairo));
  const std::unique_ptr<PangoFontDescription, Free<pango_font_description_free>> font(
      pango_font_description_from_string("Noto Sans Bold"));
  pango_font_description_set_absolute_size(font.get(), static_cast<double>(pixels) * PANGO_SCALE);
  pango_layout_set_font_description(text.get(), font.get());
  pango_layout_set_text(text.get(), name.data(), static_cast<int>(name.size()));
  pango_layout_set_single_paragraph_mode(text.get(), TRUE);
  pango_layout_set_ellipsize(text.get(), PANGO_ELLIPSIZE_END);
  pango_layout_set_width(text.get(), width * PANGO_SCALE);
  pango_layout_set_height(text.get(), -lines);
  return text;
}

/// 26 pixels in a large cell, 20 in a ninth: what can be read from the back of a hall.
int letter_height(const Rectangle& cell) { return cell.height > 300 ? 26 : 20; }

GstBuffer* copy_pixels(cairo_surface_t* from, int width, int height) {
  cairo_surface_flush(from);
  const auto row = static_cast<std::size_t>(width) * 4;
  GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, row * static_cast<std::size_t>(height), nullptr);
  const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(from));
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y)
    gst_buffer_fill(buffer, y * row, cairo_image_surface_get_data(from) + y * stride, row);
  // cairo's ARGB32 is a native word: B, G, R, A in memory, premultiplied.
  gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_BGRA,
                            static_cast<guint>(width), static_cast<guint>(height));
  return buffer;
}

GstVideoOverlayRectangle* make_plate(const Caption& caption) {
  const int pixels = letter_height(caption.cell);
  const int beside = pixels / 2;
  const int above = pixels / 5;
  const int room = caption.cell.width - 2 * margin - 2 * beside;
  const Surface scratch(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 1, 1));
  const Cairo measuring(cairo_create(scratch.get()));
  const auto measured = set_text(measuring.get(), composed(caption.name), pixels, room, 1);
  int text_width = 0;
  int text_height = 0;
  pango_layout_get_pixel_size(measured.get(), &text_width, &text_height);
  const int width = (text_width + 2 * beside + 1) / 2 * 2;
  const int height = (text_height + 2 * above + 1) / 2 * 2;

  const Surface picture(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
  const Cairo cairo(cairo_create(picture.get()));
  colour(cairo.get(), plate);
  for (const auto& [x, y, from] : {std::tuple(width - corner, corner, -90),
                                   {width - corner, height - corner, 0},
                                   {corner, height - corner, 90},
                                   {corner, corner, 180}})
    cairo_arc(cairo.get(), x, y, corner, from * G_PI / 180, (from + 90) * G_PI / 180);
  cairo_fill(cairo.get());
  colour(cairo.get(), letters);
  cairo_move_to(cairo.get(), beside, above);
  pango_cairo_show_layout(cairo.get(), set_text(cairo.get(), composed(caption.name), pixels, room, 1).get());

  GstBuffer* const buffer = copy_pixels(picture.get(), width, height);
  auto* const rectangle = gst_video_overlay_rectangle_new_raw(
      buffer, caption.cell.x + margin, caption.cell.y + caption.cell.height - margin - height,
      static_cast<guint>(width), static_cast<guint>(height),
      GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  gst_buffer_unref(buffer);
  return rectangle;
}

}  // namespace

Captions::Captions(GstElement* overlay) { g_signal_connect(overlay, "draw", G_CALLBACK(draw), this); }

void Captions::show(const std::vector<Caption>& captions) {
  if (captions == shown_) return;
  shown_ = captions;
  std::unique_ptr<GstVideoOverlayComposition, UnrefOverlay> made;
  for (const auto& caption : captions) {
    if (caption.name.empty()) continue;
    const std::unique_ptr<GstVideoOverlayRectangle, UnrefOverlay> one(make_plate(caption));
    if (made) {
      gst_video_overlay_composition_add_rectangle(made.get(), one.get());
    } else {
      made.reset(gst_video_overlay_composition_new(one.get()));
    }
  }
  const std::lock_guard lock(mutex_);
  composition_.swap(made);
}

GstVideoOverlayComposition* Captions::draw(GstElement*, GstSample*, gpointer self) {
  auto& captions = *static_cast<Captions*>(self);
  const std::lock_guard lock(captions.mutex_);
  return captions.composition_ ? gst_video_overlay_composition_ref(captions.composition_.get()) : nullptr;
}

SampleRef make_slate(const std::string& name, int width, int height) {
  const Surface picture(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
  const Cairo cairo(cairo_create(picture.get()));
  colour(cairo.get(), surface);
  cairo_paint(cairo.get());
  const auto text = set_text(cairo.get(), composed(name), std::max(20, height / 12), width * 7 / 8, 2);
  pango_layout_set_alignment(text.get(), PANGO_ALIGN_CENTER);
  int text_height = 0;
  pango_layout_get_pixel_size(text.get(), nullptr, &text_height);
  colour(cairo.get(), letters);
  cairo_move_to(cairo.get(), width / 16.0, (height - text_height) / 2.0);
  pango_cairo_show_layout(cairo.get(), text.get());

  GstVideoInfo from;
  GstVideoInfo to;
  gst_video_info_set_format(&from, GST_VIDEO_FORMAT_BGRA, static_cast<guint>(width),
                            static_cast<guint>(height));
  gst_video_info_set_format(&to, GST_VIDEO_FORMAT_I420, static_cast<guint>(width),
                            static_cast<guint>(height));
  GstBuffer* const pixels = copy_pixels(picture.get(), width, height);
  GstBuffer* const converted = gst_buffer_new_allocate(nullptr, to.size, nullptr);
  {
    GstVideoFrame in;
    GstVideoFrame out;
    const std::unique_ptr<GstVideoConverter, Free<gst_video_converter_free>> converter(
        gst_video_converter_new(&from, &to, nullptr));
    // Our own buffers, just made: that they can be mapped is no question.
    gst_video_frame_map(&in, &from, pixels, GST_MAP_READ);
    gst_video_frame_map(&out, &to, converted, GST_MAP_WRITE);
    gst_video_converter_frame(converter.get(), &in, &out);
    gst_video_frame_unmap(&out);
    gst_video_frame_unmap(&in);
  }
  gst_buffer_unref(pixels);
  GstCaps* const caps = gst_video_info_to_caps(&to);
  SampleRef slate(gst_sample_new(converted, caps, nullptr, nullptr));
  gst_caps_unref(caps);
  gst_buffer_unref(converted);
  return slate;
}

}  // namespace diemcau::program
