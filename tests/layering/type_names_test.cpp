#include "tests/layering/type_names.h"

#include <gmock/gmock.h>

#include "tests/layering/tree.h"

namespace plumbline {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;

TEST(TypeNames, OfTheTreeAreUsedOnce) {
  TypeNames names;
  for (const std::string& file : sources_of_the_tree()) {
    if (file.ends_with(".h")) names.add(file, text_of_the_tree(file));
  }
  EXPECT_THAT(names.repeated(), IsEmpty());
}

TEST(TypeNames, FindAPlantedSecond) {
  TypeNames names;
  names.add("a.h", "namespace plumbline {\n\nstruct Series {\n};\n\n}  // namespace plumbline\n");
  names.add("b.h", "namespace plumbline {\nclass Series final : public Row {\n};\n");
  names.add("c.h", "namespace plumbline {\nenum class Series {\n  a,\n};\n");
  EXPECT_THAT(names.repeated(), ElementsAre("plumbline::Series: a.h:3, b.h:2, c.h:2"));
}

TEST(TypeNames, OfOtherNamespacesAndInsideOfTypesAreOthers) {
  TypeNames names;
  names.add("a.h", "namespace plumbline {\nstruct Series {\n  struct Value {\n  };\n};\n");
  names.add("b.h", "namespace plumbline::simulation {\nstruct Series {\n};\n");
  names.add("c.h", "namespace plumbline {\nnamespace nvml {\nstruct Series {\n};\n");
  names.add("d.h", "namespace plumbline {\nstruct Other {\n  struct Value {\n  };\n};\n");
  names.add("e.h",
            "struct Series {\n};\nnamespace plumbline {\nstruct Series;\n"
            "template <>\nstruct Table<Series> {\n};\n");
  EXPECT_THAT(names.repeated(), IsEmpty());
}

}  // namespace
}  // namespace plumbline
