#include "results/schema/text.h"

#include <ostream>

#include "results/schema/kept_values.h"
#include "results/schema/text_cell.h"

namespace plumbline {

KeptText::KeptText(std::string_view characters)
    : text(characters), is_cell(stands_in_cell(characters)) {}

const KeptText Text::none_;

Text::Text(std::string_view text)
    : kept_(text.empty() ? &none_ : &KeptValues<KeptText>::of(text)) {}

std::ostream& operator<<(std::ostream& stream, const Text& text) { return stream << text.str(); }

}  // namespace plumbline
