import Millrace
import MillraceServer

@main
struct EmailVerificationExample {
    static let application = MillraceApplication(
        name: "email-verification", version: "1.0", services: [EmailVerification(mail: PrintedMail())])

    static func main() { application.main() }
}
