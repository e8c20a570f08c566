#include "server/signaling/typescript.h"

#include <array>
#include <set>
#include <sstream>

#include <openssl/sha.h>

#include "media/media.h"
#include "server/http/api.h"
#include "server/signaling/protocol.h"

namespace diemcau::protocol {
namespace {

template <class T>
std::string name_of() {
  // "… [with T = diemcau::session::Camera; …]": the only name of a type that C++20 gives us.
  const std::string text = __PRETTY_FUNCTION__;
  const auto from = text.find("T = ") + 4;
  const auto name = text.substr(from, text.find_first_of(";]", from) - from);
  return name.substr(name.rfind(':') + 1);
}

/// Writes each type once, those it is made of before it.
class Writer {
 public:
  template <class T>
  std::string use() {
    if constexpr (std::is_same_v<T, json>) {
      return "unknown";
    } else if constexpr (IsOptional<T>::value) {
      return use<typename T::value_type>();
    } else if constexpr (IsVector<T>::value) {
      return "readonly " + use<typename T::value_type>() + "[]";
    } else if constexpr (IsMap<T>::value) {
      use<typename T::key_type>();
      return "{ readonly [id: string]: " + use<typename T::mapped_type>() + " }";
    } else if constexpr (IsVariant<T>::value) {
      return boost::mp11::mp_apply<Union, T>::text(*this);
    } else if constexpr (IsWithin<T>::value) {
      return "number";
    } else if constexpr (IsTime<T>::value) {
      return alias("Time", "number", "milliseconds since 1970, UTC");
    } else if constexpr (std::is_same_v<T, std::chrono::year_month_day>) {
      return alias("Day", "string", "\"2021-01-25\"");
    } else if constexpr (DescribedEnum<T>) {
      std::string names;
      boost::mp11::mp_for_each<describe::describe_enumerators<T>>([&](auto enumerator) {
        names += (names.empty() ? "\"" : " | \"") + outside_name(enumerator.name) + "\"";
      });
      return declare(name_of<T>(), "export type " + name_of<T>() + " = " + names + ";");
    } else if constexpr (Id<T>) {
      const auto name = name_of<T>();
      return declare(name, "export type " + name + " = number & { readonly __id: \"" + name + "\" };");
    } else if constexpr (Described<T>) {
      const auto name = name_of<T>();
      if (written_.contains(name)) return name;
      std::string fields;
      if constexpr (Tagged<T>) fields += "  readonly type: \"" + std::string(T::type) + "\";\n";
      boost::mp11::mp_for_each<Members<T>>([&](auto member) {
        using Field = std::decay_t<decltype(std::declval<T>().*member.pointer)>;
        fields += "  readonly " + std::string(member.name) + (IsOptional<Field>::value ? "?: " : ": ") +
                  use<Field>() + limits<Field>() + "\n";
      });
      return declare(name, fields.empty() ? "export type " + name + " = Record<string, never>;"
                                          : "export interface " + name + " {\n" + fields + "}");
    } else if constexpr (std::is_same_v<T, bool>) {
      return "boolean";
    } else if constexpr (std::is_arithmetic_v<T>) {
      return "number";
    } else {
      return "string";
    }
  }
  template <class T>
  void name_union(const std::string& name) {
    const auto members = use<T>();
    declare(name, "export type " + name + " =\n  | " + replace_all(members, " | ", "\n  | ") + ";");
  }
  std::string text() const { return out_.str(); }

 private:
  template <class... T>
  struct Union {
    static std::string text(Writer& writer) {
      std::string all;
      ((all += (all.empty() ? "" : " | ") + writer.use<T>()), ...);
      // The union of all commands is long: where it stands inside another type it goes by its name.
      if (sizeof...(T) > 20) {
        writer.declare("Command", "export type Command =\n  | " + replace_all(all, " | ", "\n  | ") + ";");
        return "Command";
      }
      return all;
    }
  };
  template <class Field>
  static std::string limits() {
    if constexpr (IsOptional<Field>::value) {
      return limits<typename Field::value_type>();
    } else if constexpr (IsWithin<Field>::value) {
      return "; // " + std::to_string(Field::min) + " … " + std::to_string(Field::max);
    } else {
      return ";";
    }
  }
  static std::string replace_all(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
    return text;
  }
  std::string alias(const std::string& name, const std::string& as, const std::string& meaning) {
    return declare(name, "/** " + meaning + " */\nexport type " + name + " = " + as + ";");
  }
  std::string declare(const std::string& name, const std::string& declaration) {
    if (written_.insert(name).second) out_ << declaration << "\n\n";
    return name;
  }
  std::ostringstream out_;
  std::set<std::string> written_;
};

std::string types() {
  Writer writer;
  writer.name_union<ClientMessage>("ClientMessage");
  writer.name_union<ServerMessage>("ServerMessage");
  writer.use<http::LogIn>();
  writer.use<http::SetUp>();
  writer.use<http::Me>();
  writer.use<http::NewAccount>();
  writer.use<http::NewPassword>();
  writer.use<http::SiteCamera>();
  writer.use<scheduler::Unit>();
  writer.use<scheduler::Site>();
  writer.use<scheduler::MeetingSummary>();
  writer.use<http::ChangeMeeting>();
  writer.use<http::CallOff>();
  writer.use<http::MeetingDetail>();
  writer.use<http::Film>();
  writer.use<scheduler::SearchHit>();
  writer.use<http::HallPage>();
  writer.use<http::Problem>();
  return writer.text();
}

/// Where the cells lie: media/layouts.h.
std::string layouts() {
  std::ostringstream out;
  out << "export interface Area {\n  readonly x: number;\n  readonly y: number;\n  readonly width: number;\n"
         "  readonly height: number;\n}\n\n"
         "/** Where the cells of each layout lie, in parts of areaUnit of the stage's width and height; a "
         "later one lies "
         "over an earlier one. */\n"
         "export const areaUnit = "
      << media::area_unit << ";\nexport const areas: Readonly<Record<Layout, readonly Area[]>> = {\n";
  boost::mp11::mp_for_each<describe::describe_enumerators<session::Layout>>([&out](auto layout) {
    out << "  " << layout.name << ": [\n";
    for (const auto& [x, y, width, height] : media::areas_of(static_cast<media::Layout>(layout.value)))
      out << "    { x: " << x << ", y: " << y << ", width: " << width << ", height: " << height << " },\n";
    out << "  ],\n";
  });
  out << "};\n\n";
  return out.str();
}

std::string hash_of(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string hex;
  for (std::size_t i = 0; i < 8; ++i) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(digest.at(i)));
    hex += two;
  }
  return hex;
}

}  // namespace

const std::string& hash() {
  static const std::string of_types = hash_of(types() + layouts());
  return of_types;
}

std::string typescript() {
  return "// Written from server/signaling/protocol.h and server/http/api.h by `build/protocol_ts`. Do not "
         "edit.\n\n" +
         types() + layouts() + "export const protocolHash = \"" + hash() + "\";\n";
}

}  // namespace diemcau::protocol
