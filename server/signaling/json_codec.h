#pragma once
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <boost/pfr.hpp>
#include <nlohmann/json.hpp>

/// JSON of described structs, one codec for signaling, HTTP bodies and stored events.
///
/// Struct → object; optional → absent; vector → array; map by id → object with the ids as keys; described
/// enum → its name without a trailing `_`; id enum → number; variant → object with a "type"; Time →
/// milliseconds since 1970; Date → "2021-01-25"; Within<lo, hi> → number in that range. Decoding refuses
/// unknown fields and says where: a JSON pointer.
namespace diemcau::protocol {
using nlohmann::json;
namespace describe = boost::describe;

/// What came in does not have the shape of T. what(): "/scene/cells/0/site: expected an integer".
struct DecodeError : std::runtime_error {
  using runtime_error::runtime_error;
};

/// An integer with limits that are part of its type, so that no handler can forget them.
template <std::int64_t lowest, std::int64_t highest>
struct Within {
  static constexpr std::int64_t min = lowest, max = highest;
  std::int64_t value = lowest;
  friend bool operator==(const Within&, const Within&) = default;
};

template <class T>
using Members = describe::describe_members<T, describe::mod_public>;
template <class T>
concept Described = std::is_class_v<T> && describe::has_describe_members<T>::value;
template <class T>
concept DescribedEnum = describe::has_describe_enumerators<T>::value;
/// A struct of a variant: `static constexpr auto type = "give_floor"` is its name on the wire.
template <class T>
concept Tagged = requires {
  requires std::is_same_v<decltype(&T::type), const char* const*>;
};
template <class T>
concept Id = std::is_enum_v<T> && !DescribedEnum<T>;

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class K, class V>
struct IsMap<std::map<K, V>> : std::true_type {};
template <class T>
struct IsVariant : std::false_type {};
template <class... T>
struct IsVariant<std::variant<T...>> : std::true_type {};
template <class T>
struct IsWithin : std::false_type {};
template <std::int64_t a, std::int64_t b>
struct IsWithin<Within<a, b>> : std::true_type {};
template <class T>
struct IsTime : std::false_type {};
template <class D>
struct IsTime<std::chrono::time_point<std::chrono::system_clock, D>> : std::true_type {};

/// "operator_" → "operator": C++ keywords get a `_` here and lose it outside.
inline std::string outside_name(const char* name) {
  std::string text(name);
  if (text.ends_with('_')) text.pop_back();
  return text;
}

inline std::string date_text(std::chrono::year_month_day day) {
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text;
}

inline std::optional<std::chrono::year_month_day> date_from(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int read = 0;
  if (text.size() != 10 || std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &read) != 3 ||
      read != 10)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return date.ok() ? std::optional(date) : std::nullopt;
}

template <class T>
json encode(const T& value) {
  if constexpr (IsVariant<T>::value) {
    return std::visit(
        [](const auto& chosen) {
          json object = encode(chosen);
          object["type"] = std::decay_t<decltype(chosen)>::type;
          return object;
        },
        value);
  } else if constexpr (IsMap<T>::value) {
    json object = json::object();
    for (const auto& [key, entry] : value)
      object[std::to_string(static_cast<std::int64_t>(key))] = encode(entry);
    return object;
  } else if constexpr (IsWithin<T>::value) {
    return value.value;
  } else if constexpr (IsTime<T>::value) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(value.time_since_epoch()).count();
  } else if constexpr (std::is_same_v<T, std::chrono::year_month_day>) {
    return date_text(value);
  } else if constexpr (Described<T>) {
    // Inheritance is not described: a base's members would be lost in silence.
    static_assert(boost::pfr::tuple_size_v<T> == boost::mp11::mp_size<Members<T>>::value,
                  "a field is missing from the description");
    json object = json::object();
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      const auto& field = value.*member.pointer;
      if constexpr (IsOptional<std::decay_t<decltype(field)>>::value) {
        if (field) object[member.name] = encode(*field);
      } else {
        object[member.name] = encode(field);
      }
    });
    return object;
  } else if constexpr (DescribedEnum<T>) {
    return outside_name(describe::enum_to_string(value, ""));
  } else if constexpr (Id<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (IsVector<T>::value) {
    json array = json::array();
    for (const auto& entry : value) array.push_back(encode(entry));
    return array;
  } else {
    return json(value);
  }
}

template <class T>
T decode(const json& from, const std::string& at = "");

template <class T>
T decode_object(const json& from, const std::string& at) {
  if (!from.is_object()) throw DecodeError(at + ": expected an object");
  T object{};
  std::size_t known = 0;
  if constexpr (Tagged<T>) known = from.contains("type") ? 1 : 0;
  boost::mp11::mp_for_each<Members<T>>([&](auto member) {
    auto& field = object.*member.pointer;
    using Field = std::decay_t<decltype(field)>;
    const auto found = from.find(member.name);
    const auto path = at + "/" + member.name;
    if (found != from.end()) ++known;
    if constexpr (IsOptional<Field>::value) {
      if (found != from.end() && !found->is_null()) field = decode<typename Field::value_type>(*found, path);
    } else {
      if (found == from.end()) throw DecodeError(path + ": missing");
      field = decode<Field>(*found, path);
    }
  });
  if (known != from.size()) throw DecodeError(at + ": unknown field");
  return object;
}

template <class V, class... T>
V decode_variant(const json& from, const std::string& at, std::variant<T...>*) {
  const auto type = decode<std::string>(
      from.is_object() && from.contains("type") ? from.at("type") : json(nullptr), at + "/type");
  std::optional<V> chosen;
  ((type == T::type ? (chosen = decode_object<T>(from, at), 0) : 0), ...);
  if (!chosen) throw DecodeError(at + "/type: unknown \"" + type.substr(0, 40) + "\"");
  return *chosen;
}

inline std::int64_t decode_integer(const json& from, const std::string& at) {
  if (!from.is_number_integer()) throw DecodeError(at + ": expected an integer");
  if (from.is_number_unsigned() && from.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    throw DecodeError(at + ": out of range");
  return from.get<std::int64_t>();
}

template <class T>
T decode(const json& from, const std::string& at) {
  if constexpr (std::is_same_v<T, json>) {
    return from;
  } else if constexpr (IsVariant<T>::value) {
    return decode_variant<T>(from, at, static_cast<T*>(nullptr));
  } else if constexpr (IsWithin<T>::value) {
    const auto wide = decode_integer(from, at);
    if (wide < T::min || wide > T::max) throw DecodeError(at + ": out of range");
    return T{wide};
  } else if constexpr (IsTime<T>::value) {
    // 0 … the year 9999: what a date field of any page can hold.
    const auto count = decode_integer(from, at);
    if (count < 0 || count > 253402300799999) throw DecodeError(at + ": out of range");
    return T(std::chrono::milliseconds(count));
  } else if constexpr (std::is_same_v<T, std::chrono::year_month_day>) {
    const auto date = from.is_string() ? date_from(from.get<std::string>()) : std::nullopt;
    if (!date) throw DecodeError(at + ": expected a date like 2021-01-25");
    return *date;
  } else if constexpr (IsMap<T>::value) {
    if (!from.is_object()) throw DecodeError(at + ": expected an object");
    T map;
    for (const auto& [key, entry] : from.items()) {
      std::size_t read = 0;
      std::int64_t id = 0;
      try {
        id = std::stoll(key, &read);
      } catch (const std::exception&) {
        read = 0;
      }
      if (read == 0 || read != key.size())
        throw DecodeError(at + "/" + key.substr(0, 40) + ": expected an id");
      map.emplace(static_cast<typename T::key_type>(id),
                  decode<typename T::mapped_type>(entry, at + "/" + key));
    }
    return map;
  } else if constexpr (Described<T>) {
    return decode_object<T>(from, at);
  } else if constexpr (DescribedEnum<T>) {
    std::optional<T> found;
    if (from.is_string())
      boost::mp11::mp_for_each<describe::describe_enumerators<T>>([&](auto enumerator) {
        if (from.get_ref<const std::string&>() == outside_name(enumerator.name)) found = enumerator.value;
      });
    if (!found) throw DecodeError(at + ": unknown value");
    return *found;
  } else if constexpr (Id<T>) {
    return T{decode_integer(from, at)};
  } else if constexpr (IsVector<T>::value) {
    if (!from.is_array()) throw DecodeError(at + ": expected an array");
    T array;
    array.reserve(from.size());
    for (std::size_t i = 0; i < from.size(); ++i)
      array.push_back(decode<typename T::value_type>(from[i], at + "/" + std::to_string(i)));
    return array;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!from.is_boolean()) throw DecodeError(at + ": expected a boolean");
    return from.get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    const auto wide = decode_integer(from, at);
    if (!std::in_range<T>(wide)) throw DecodeError(at + ": out of range");
    return static_cast<T>(wide);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!from.is_number()) throw DecodeError(at + ": expected a number");
    return from.get<T>();
  } else {
    if (!from.is_string()) throw DecodeError(at + ": expected a string");
    return from.get<T>();
  }
}

}  // namespace diemcau::protocol
