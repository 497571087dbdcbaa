#include "ctl/doctor_command.h"

#include "ctl/doctor/judge.h"
#include "ctl/doctor/report.h"
#include "ctl/host_facts.h"
#include "ctl/inquiry.h"

namespace wslb::ctl {

Exit run_doctor(const DoctorCommand& command, const Arguments& arguments) {
  const doctor::Report report = doctor::judge(gather_facts(command, arguments.run_dir));
  print(arguments.json ? report_json(report) : report_text(report, style_of_output().colour));
  return report.findings.empty() ? Exit::Done : Exit::No;
}

}  // namespace wslb::ctl
