// error: a task does not take an aggregate or a lambda that has a destructor by value
#include <iapp/actors/task.hpp>

#include <string>

struct entry {
    std::string name;
};

iapp::task<> store(entry) {
    co_return;
}
